"""What customers say: scores with intervals, who answers, quality of service."""
