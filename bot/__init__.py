"""Who we tell: settings, command line, schedule, delivery and Discord."""
