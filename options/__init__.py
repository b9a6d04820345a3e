"""Millrace's options: the flags of the command line, and the settings made of them."""
