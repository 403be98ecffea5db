"""Which hosts are this computer and no other: what goes there is seen by nobody else."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name, or an address, in brackets or not; without a port) is this computer."""
    if host.casefold().rstrip(".") == "localhost":
        return True
    address = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
