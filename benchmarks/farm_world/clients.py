"""The tools that requests come from."""

from .chance import key64
from .networks import Networks


class Clients(Networks):
    """The published tools and their installations."""

    def new_ja4(self):
        """A TLS fingerprint."""
        transport = f"t13{self.pick('di')}{self.between(9, 31):02d}{self.between(8, 17):02d}h{self.pick((1, 2))}"
        return f"{transport}_{self.hex_id(12)}_{self.hex_id(12)}"

    def publish_tools(self):
        """The tools that people use: builds, settings, system prompts."""
        py = [self.new_ja4() for _ in range(4)]
        nd = [self.new_ja4() for _ in range(3)]
        go = [self.new_ja4() for _ in range(2)]
        browsers = [self.new_ja4() for _ in range(6)]
        jv = [self.new_ja4() for _ in range(3)]
        ot = [self.new_ja4() for _ in range(4)]

        def tool(
            name, user_agents, ja4, temperatures=(None,), limits=(None,), stream=0.3, system=None, tools_key=False,
            path="api", top_ps=(None,),
        ):
            return {
                "name": name, "user_agents": user_agents, "builds": ja4, "temperatures": temperatures, "limits": limits,
                "stream": stream, "system": system, "tools_key": key64(name, self.hex_id()) if tools_key else None,
                "path": path, "top_ps": top_ps,
            }

        words = self.words
        self.tools = {}
        for t in [
            tool(
                "pysdk", [f"heron-python/1.{self.between(20, 64)}.{self.between(0, 3)}" for _ in range(14)], py,
                (None, None, 1.0, 0.7, 0.2, 0.0), (None, 1024, 2048, 4096, 1000), 0.3,
            ),
            tool(
                "nodesdk", [f"heron-node/0.{self.between(30, 71)}.{self.between(0, 2)}" for _ in range(10)], nd,
                (None, None, 1.0, 0.7, 0.5), (None, 1024, 4096, 2000), 0.5,
            ),
            tool(
                "app",
                [
                    f"Mozilla/5.0 ({o}) AppleWebKit/537.36 Chrome/{v}.0 Safari/537.36"
                    for o in (
                        "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64",
                        "iPhone; CPU iPhone OS 18_5",
                    )
                    for v in (138, 139, 140, 141)
                ],
                browsers, (None,), (None,), 1.0, path="app",
            ),
            tool(
                "curl", [f"curl/8.{k}.0" for k in (4, 5, 7, 9)] + [f"python-requests/2.3{k}.{k % 3}" for k in range(5)]
                + ["python-httpx/0.27.2", "axios/1.7.4", "aiohttp/3.10.5"], py[:2] + ot, (None, 1.0, 0.7),
                (1024, 512, 4096), 0.0,
            ),
            tool("go", ["Go-http-client/2.0", "resty/2.13", "heron-go/0.9.1"], go, (None, 0.3, 0.0), (1024, 2048), 0.2),
            tool(
                "java", ["okhttp/4.12.0", "Java-http-client/21.0.2", "spring-ai/1.0.1"], jv, (None, 0.7, 0.2),
                (1000, 2048), 0.1,
            ),
            tool(
                "chainkit",
                [f"heron-python/1.{self.between(30, 60)}.0 chainkit/0.3.{self.between(1, 25)}" for _ in range(8)], py,
                (0.0, 0.7, None), (None, 1024), 0.2, system="You are a helpful assistant.",
            ),
            tool(
                "opencrab", [f"opencrab/{1}.{self.between(0, 4)}.{self.between(0, 20)}" for _ in range(9)], nd + go,
                (None,), (8192,), 1.0, system=words.long_system(3600, "OpenCrab, a terminal coding agent"),
                tools_key=True,
            ),
            tool(
                "patchling", [f"patchling/0.{self.between(40, 88)}.{self.between(0, 4)}" for _ in range(9)], py, (0.0,),
                (None, 4096), 1.0,
                system=words.long_system(2400, "an expert software developer; reply with edit blocks"), tools_key=False,
            ),
            tool(
                "vsmate", [f"vsmate/3.{self.between(1, 20)}.0 vscode/1.10{k}" for k in range(5)], nd, (0.0,), (8000,),
                1.0, system=words.long_system(5200, "VSMate, a software engineer inside an editor"), tools_key=True,
            ),
            tool(
                "browserimp", [f"browserimp/0.{k}" for k in (3, 4, 5)], py[:2], (0.0,), (4096,), 0.0,
                system=words.long_system(1900, "a browser operator working through tools"), tools_key=True,
            ),
            tool(
                "deskpal", [f"DeskPal/2.{k} (Electron)" for k in (1, 2, 4)], browsers[:2], (None, 0.8), (None,), 1.0,
                system="You are DeskPal, a desktop assistant. Be brief.",
            ),
            tool(
                "notemill", [f"notemill-plugin/1.{k}" for k in (7, 8, 9)], browsers[2:4], (0.5,), (1200,), 1.0,
                system="You help with the user's notes. Use markdown. Link related notes with [[ ]].",
            ),
            tool(
                "sheetwand", [f"SheetWand/5.{k}" for k in (0, 1)], jv[:1], (0.0,), (256,), 0.0,
                system="You are a spreadsheet function. Return only the value of the cell, no explanation.",
            ),
            tool("flowbee", [f"flowbee/1.8{k}" for k in range(6)], nd[:2], (0.7, None), (1000, None), 0.0),
            tool(
                "rolechat", [f"RoleTavern/1.1{k}" for k in (2, 3, 4)], nd[1:], (0.9, 1.0, 1.1), (300, 512, 800), 1.0,
                top_ps=(0.95, 1.0, None),
            ),
        ]:
            self.tools[t["name"]] = t
        self.python, self.node, self.go, self.browser = py, nd, go, browsers

    def client(self, name, **kw):
        """One installation of a tool: fixed build, fixed settings."""
        t = self.tools[name]
        c = dict(t)
        c.update(
            user_agent=self.pick(t["user_agents"]), ja4=self.pick(t["builds"]),
            temperature=self.pick(t["temperatures"]), max_tokens=self.pick(t["limits"]), top_p=self.pick(t["top_ps"]),
            streamed=self.random() < t["stream"],
        )
        c.update(kw)
        return c
