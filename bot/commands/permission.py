"""Who may change what.

A server's own things (mutes, routes, feedback, private additions) are changed by who has
Manage Server, or whom the server lets use the command that does the same (Server Settings,
Integrations).  The installation's feeds and entities are changed by its owner: the owner of
the application, or a member of the team that owns it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import discord

from storage.errors import UsageError

if TYPE_CHECKING:
    from discord.app_commands import AppCommandPermissions

Interaction = discord.Interaction[Any]
# https://discord.com/developers/docs/topics/teams#team-member-roles-team-member-role-types: may do all but read
READS_ONLY = "read_only"


async def require_change(interaction: Interaction, command: str) -> None:
    """UsageError for who may not do with a button what ``command`` does."""
    if interaction.permissions.manage_guild or await _let_use(interaction, command):
        return
    raise UsageError(
        f"This needs Manage Server, or leave to use /{command} (Server Settings, Integrations): "
        "ask somebody who manages this server."
    )


async def _let_use(interaction: Interaction, command: str) -> bool:
    """Whether the server itself gave the presser leave to use the command."""
    known = interaction.client.synced.get(command)
    if known is None or interaction.guild is None or not isinstance(interaction.user, discord.Member):
        return False
    try:
        told = await known.fetch_permissions(interaction.guild)
    except discord.HTTPException:  # 404: the server changed nothing, so Manage Server is needed
        return False
    roles = {role.id for role in interaction.user.roles}
    return granted(told.permissions, interaction.user.id, roles)


def granted(overwrites: "Iterable[AppCommandPermissions]", user: int, roles: set[int]) -> bool:
    """Whether overwrites of a command let a member use it: their own counts before their roles'.

    Several roles: one that allows is enough (interactions/application-commands#permissions).
    """
    given = {(one.type, one.id): one.permission for one in overwrites}
    own = given.get((discord.AppCommandPermissionType.user, user))
    if own is not None:
        return own
    return any(given.get((discord.AppCommandPermissionType.role, role)) for role in roles)


def owns(interaction: Interaction) -> bool:
    """Whether who asks owns this installation."""
    application = interaction.client.application
    return application is not None and interaction.user.id in owners(application)


def owners(application: discord.AppInfo) -> set[int]:
    """Ids of the application's owner or its team's members, without those who may only read."""
    if application.team is None:
        return {application.owner.id}
    joined = discord.TeamMembershipState.accepted
    return {
        member.id
        for member in application.team.members
        if member.membership_state is joined and member.role.value != READS_ONLY
    }


def require_owner(interaction: Interaction, instead: str) -> None:
    """UsageError for who does not own the installation; ``instead`` says what they can do."""
    if not owns(interaction):
        raise UsageError(f"Only the owner of this bot can do that: {instead}")
