"""What the code location, the modules and the files of the project look like."""
