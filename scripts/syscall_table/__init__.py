"""What scripts/generate-syscall-table is made of; see there."""
