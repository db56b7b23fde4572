"""Launch data, moveOn logic, statement rules of cmi5. Named by the import contract; nothing is here yet."""
