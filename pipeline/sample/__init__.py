"""The bundled sample, as package data: a normal day at a fictional shop, and the generator that wrote it."""
