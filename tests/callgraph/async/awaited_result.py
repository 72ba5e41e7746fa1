# calls:
#   awaited_result.main -> awaited_result.connect
#   awaited_result.main -> awaited_result.Client.get

class Client:
    async def get(self):
        pass


async def connect():
    return Client()


async def main():
    client = await connect()
    await client.get()
