"""Who is on duty, from a calendar file: what Google Calendar, Outlook and others export."""
