"""Google Cloud on one machine: the emulators of the services that the pipeline uses, each a process of its own."""
