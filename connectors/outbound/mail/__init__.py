"""The mail channel: French messages over SMTP, with STARTTLS and authentication."""
