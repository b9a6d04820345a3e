"""What makes the Flex Template: its metadata, its spec file, and the files that Terraform shares with the code."""
