"""What operators and tests run around the product: servers, backups, installation."""
