"""The pages, one file each; every one has `render(context)`."""
