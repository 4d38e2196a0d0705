"""How names of places and public bodies are found in a text and what they mean."""
