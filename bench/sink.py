"""What bench/files.py sends to in place of a platform: it takes any amount, keeps nothing, and says that it took it."""

import sys

from aiohttp import web

_PIECE = 65_536


async def take(request: web.Request) -> web.Response:
    size = 0
    async for piece in request.content.iter_chunked(_PIECE):
        size += len(piece)
    return web.json_response({"id": "1", "size": size})


def main() -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)


if __name__ == "__main__":
    main()
