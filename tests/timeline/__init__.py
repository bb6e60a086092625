"""What happens to whom and when: tests that read as a timeline."""
