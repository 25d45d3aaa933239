"""Where no ansible-core is installed, what small plugins import of it."""
