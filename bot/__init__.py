"""The process: settings, wiring, the web server, the dispatcher, the scheduler and the command line."""
