"""What lives beside the routes from the server's start to its end."""
