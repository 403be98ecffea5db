async def test_x(web_desk):
    s = await web_desk.browser("student")
    r = await s.post("/api/commands", {"text": "/ticket open"})
    print(r.body)
    p = await web_desk.program("student")
    r = await p.get("/api/tickets")
    print(r.status, r.body)
