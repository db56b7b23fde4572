"""Which DICOM attributes survive. Named by the import contract; nothing is here yet."""
