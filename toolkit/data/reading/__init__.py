"""Files, folders and TFDS sets, read as rows and texts of whatever they hold."""
