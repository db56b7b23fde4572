"""DICOM dose reports to plain dose records. Named by the import contract; nothing is here yet."""
