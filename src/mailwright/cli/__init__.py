"""The command line: mail sent, caught and explained for people and for scripts. See ``main`` for the way in."""
