"""One module a command of the command line; heavy imports happen inside the command."""
