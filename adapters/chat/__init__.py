"""What the doors to chat platforms share: order, waits, names, files, leases. It knows no platform."""
