"""The processes that receive images from the hospital's network."""
