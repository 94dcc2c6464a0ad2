"""A channel with a bot token, over a real socket: each delivery once, whatever breaks."""

from bot.courier import drain
from bot.sinks.base import REAL
from tests.delivery.conftest import DESTINATION, Discord
from tests.delivery.made import alert, put


async def test_a_delivery_arrives_once_with_its_key_in_the_footer(store, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    drained = await drain(store, discord.sinks())
    assert (drained.delivered, drained.pending, drained.errors) == (1, 0, [])
    assert discord.world.keys() == {key: 1}
