"""What a harvest is worth: students on growing harvests of one's own teacher, laws fitted to them, and their limits."""
