"""Course structures of packages. Named by the import contract; nothing is here yet."""
