"""What a contact chose to receive, how and when: rows, their faults, sentences, preview."""
