"""Pages for staff: curate featured cases, correct the machine, see what broke. Nothing here is reachable signed out."""

from fastapi import APIRouter

from frontend.staff import (
    account,
    audit,
    collections,
    finding,
    importing,
    overview,
    own,
    programme,
    review,
    sign_in,
    sources,
    users,
)
from frontend.staff.access import COOKIE, SignedOut, signed_out

__all__ = ["COOKIE", "ROOMS", "SignedOut", "router", "signed_out"]

ROOMS = (sign_in, overview, review, finding, programme, collections, importing, own, sources, audit, account, users)

router = APIRouter(include_in_schema=False)
for each in ROOMS:
    router.include_router(each.router, prefix="/staff")
