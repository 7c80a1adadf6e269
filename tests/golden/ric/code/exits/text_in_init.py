raise SystemExit("not configured")
