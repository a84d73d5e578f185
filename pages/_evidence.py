"""Evidence on an item's page at a desk: files added from the computer, and taken away with a reason. Drawing only.

A phone has a plain page of its own for it (`/evidence/of/...`); both go through `office.proof.evidence`.
"""

from __future__ import annotations

import streamlit as st

from office.listing.item_card import ItemCard
from office.local_time import minute
from office.people import Staff
from office.proof import evidence
from office.proof.evidence_shelf import shelf_of
from pages._apart import apart
from pages._frame import act, house

TYPES = ["jpg", "jpeg", "png", "webp", "heic", "pdf", "docx", "xlsx", "ofd"]


def draw_evidence(card: ItemCard, who: Staff) -> None:
    """The two forms, folded; each only for whoever may."""
    number = card.line.number
    key = f"evidence/{number}"
    item = evidence.item_if_seen(house().database, number, who)
    if item is None:
        return
    if evidence.may_add(who, item):
        with st.expander("从这台电脑上传"):
            turn = st.session_state.get(f"{key}/turn", 0)
            files = st.file_uploader("照片或文件，每个不超过20MB", type=TYPES, accept_multiple_files=True, max_upload_size=20,
                                     key=f"{key}/files/{turn}")
            st.button("上传", key=f"{key}/send", disabled=not files, on_click=_send, args=(number, key, turn, who))
    mine = [one for one in card.evidence if one.deleted_at is None and evidence.may_delete(who, one)]
    if mine:
        with st.expander("删除佐证"):
            names = apart({one.id: f"{one.name}（{one.added_by}）" for one in mine}, {one.id: minute(one.added_at) for one in mine})
            chosen = st.selectbox("哪一份", list(names), format_func=names.__getitem__, key=f"{key}/which")
            st.text_input("原因（留在记录里）", key=f"{key}/why", placeholder="例如：照片里有群众的身份证号")
            st.button("删除", key=f"{key}/delete", on_click=_delete, args=(chosen, key, who))


def _send(number: str, key: str, turn: int, who: Staff) -> None:
    files = st.session_state[f"{key}/files/{turn}"]

    def send() -> None:
        evidence.attach_files(house().database, shelf_of(house().database), number, [(one, one.name) for one in files], who=who,
                              at=house().clock())

    if act(send, done=f"已上传{len(files)}份。"):
        st.session_state[f"{key}/turn"] = turn + 1


def _delete(chosen: int, key: str, who: Staff) -> None:
    if act(evidence.delete, house().database, shelf_of(house().database), chosen, why=st.session_state[f"{key}/why"], who=who,
           at=house().clock(), done="已删除，校验码和原因留在记录里。"):
        st.session_state[f"{key}/why"] = ""
