"""Which of our tests stand for which requirements of xAPI, by the numbers that ADL's conformance suite gives them.

The numbers are those after ``XAPI-`` in https://github.com/adlnet/lrs-conformance-test-suite at 2ec25f2 (21 October 2024,
MIT); both versions of the suite share them. What the words of each are stands there.
"""

from collections.abc import Iterator

FIRST, LAST = 1, 336

# Numbers that the suite has given up, or tests under another number: it says so beside each.
WITHOUT_TEST = "21 95 112 136 137 138 140 141 152 185 186 205 222 223 304 320 323 329"

COVERED = {
    "test_abuse.py": {
        "test_fault_01_and_11_bodies_that_are_no_statement": "14 15",
        "test_numbers_at_the_edge_are_kept": "2 80",
        "test_parameters_told_twice_or_strangely": "12 324 325",
        "test_unknown_versions": "331",
    },
    "test_activities.py": {
        "test_the_whole_activity_of_all_its_statements": "251 253 254",
        "test_an_unknown_activity_is_told_by_its_id": "252",
        "test_parameters_are_judged": "250",
    },
    "test_agents.py": {
        "test_an_unknown_agent_is_a_person_of_what_was_asked": "236 237 239 240 241 242 244 245 247 248",
        "test_the_names_that_statements_give": "238 246",
        "test_parameters_are_judged": "243 249",
    },
    "test_alternate.py": {
        "test_all_of_a_request_in_the_form": "148 336",
        "test_documents": "336",
        "test_what_is_no_such_form": "336",
    },
    "test_attachments.py": {
        "test_one_statement_with_its_data": "167",
        "test_without_attachments_true_the_answer_is_json": "161 165",
        "test_more_keeps_the_attachments_and_gives_each_page_its_own": "111",
    },
    "test_credentials.py": {
        "test_fault_10_without_a_good_credential_nothing_opens": "334 335",
        "test_scopes": "327",
    },
    "test_documents.py": {
        "test_put_get_delete": "187 188 189 190 191 192 216 217 230 231 269 271 272 274 282 283 285 286 287 288 290 291"
        " 292 293 311 312",
        "test_content_and_its_type_come_back_byte_by_byte": "192 259 288",
        "test_the_list_of_names": "193 195 270 275 289 294",
        "test_since_is_after": "221 268 303",
        "test_documents_of_other_places_names_and_customers_are_others": "218 219 220 227",
        "test_if_match_on_every_method": "322",
        "test_if_none_match_is_for_the_first_writer": "322",
        "test_put_without_either_header": "273 322",
        "test_post_merges_one_level_deep": "183 184 234 279 308",
        "test_post_where_nothing_stands_stores_as_put_does": "233 280 310",
        "test_what_cannot_be_merged_changes_nothing": "182 229 232 278 281 309 313",
        "test_fault_1_and_11_bad_json_is_refused_and_nothing_stored": "235 284 314",
    },
    "test_document_parameters.py": {
        "test_every_parameter_is_needed_and_no_other_taken": "207 208 209 210 212 213 214 215 261 262 263 264 296 297 298 299"
        " 305 306 307 324 325",
        "test_writing_needs_the_name_of_the_document": "206 211 265 266 267 300 301 302",
        "test_names_that_are_none": "224 225 226 228 276 277",
        "test_parameters_are_judged_like_the_same_in_a_statement": "196 197 198 199 200 201 202 203 204 255 256 257 258 260"
        " 295",
    },
    "test_door.py": {
        "test_what_the_store_sets_and_what_it_leaves": "96 97 99",
        "test_without_a_timestamp_the_time_of_storing_stands_in": "22 23",
        "test_the_version_a_statement_came_with_stays": "330 332",
        "test_a_batch_is_answered_with_its_ids_in_order": "26 146 147",
        "test_put_stores_under_the_id_of_the_address": "143 144",
        "test_put_refuses": "145",
        "test_fault_3_another_statement_under_the_same_id_is_a_conflict_and_the_first_stays": "142 182",
        "test_fault_6_one_bad_statement_refuses_the_batch_of_500": "326",
        "test_limits_of_size_and_number": "328",
        "test_another_media_type_is_refused": "127",
        "test_every_answer_carries_the_headers": "153 333",
        "test_a_version_that_is_not_served": "321 331",
        "test_about_is_open_to_all_and_lists_the_versions": "315 316 317 318 319",
    },
    "test_formats.py": {
        "test_canonical_chooses_one_language_for_each_map_on_its_own": "169 172",
        "test_ids_keeps_what_identifies_and_nothing_else": "171",
    },
    "test_grammar.py": {
        "test_any_valid_statement_is_stored_and_read_back_equal": "2 27 29 30 66 119 122 123",
        "test_any_valid_statement_in_every_format_and_list": "168 169 170 171",
        "test_what_is_invalid_is_refused_wherever_it_stands": "1 7",
    },
    "test_iri.py": {
        "test_not_an_iri": "11",
        "test_not_a_mailto": "38",
        "test_language_tag": "121",
        "test_not_a_language_tag": "13 121",
        "test_duration": "77 124",
        "test_not_a_duration": "77 124",
        "test_timestamp": "123",
        "test_not_a_timestamp": "22 23 123",
    },
    "test_multipart.py": {
        "test_data_are_kept_byte_for_byte": "129",
        "test_what_is_taken": "130",
        "test_a_wrong_form_is_refused_with_its_place_and_stores_nothing": "127 128 129 130 131 132 133 134 135",
    },
    "test_query.py": {
        "test_newest_first_and_turned": "166 173",
        "test_nothing_found_is_an_empty_list": "109 110 113 149",
        "test_by_verb_and_registration": "164 178 180",
        "test_by_agent_as_actor_object_or_member": "164 181",
        "test_by_agent_anywhere": "164 176",
        "test_by_activity": "164 177 179",
        "test_since_is_after_and_until_is_up_to": "174 175",
        "test_who_refers_to_a_match_matches": "160",
        "test_a_voided_statement_is_hidden_and_its_referrers_are_not": "162 163",
        "test_pages_follow_each_other_without_gap_or_repetition": "108 109 111 114",
        "test_limit_zero_is_as_many_as_the_server_gives": "154",
        "test_one_statement_exactly_as_stored": "139 156 158 159 170",
        "test_head_is_get_without_the_body": "125 126",
        "test_parameters_are_judged": "12 150 151 324 325",
    },
    "test_signatures.py": {
        "test_a_signed_statement_is_stored_with_its_signature": "115 117",
        "test_the_signature_of_another_statement_is_refused": "116",
        "test_a_malformed_signature_is_refused": "115 116 117",
    },
    "test_state.py": {
        "test_without_a_name_delete_empties_the_place_and_no_other": "194",
        "test_a_registration_is_a_place_of_its_own": "218 219 220 227",
    },
    "test_statement.py": {
        "test_good": "24 31 37 40 46 49 64 65 66 73 87 92 94 119",
        "test_bad": "1 3 4 5 6 7 8 9 10 11 17 20 24 28 29 31 32 33 34 35 36 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53"
        " 54 55 56 57 58 59 60 61 62 63 64 65 67 68 69 70 71 72 74 75 76 78 79 81 82 83 84 85 86 87 88 91 93 94 98 100 101"
        " 118 120",
        "test_fault_13_an_attachment_says_what_it_is": "25 102 103 105 106 107",
        "test_fault_13_what_an_attachment_says_is_well_formed": "102 103 104 105 106 107",
    },
    "test_types.py": {
        "test_a_value_of_another_type_is_refused": "6 24 25 32 33 39 47 48 56 57 59 60 61 74 75 76 78 79 80 86 89 90 91 92"
        " 102 103 104 106",
        "test_a_key_in_another_case_is_refused": "8 10",
    },
    "test_voiding.py": {
        "test_voiding_in_either_order_of_arrival": "16 18",
    },
    "test_voiding_combinations.py": {
        "test_each_kind_under_each_name": "155 156 157 158 162 163",
        "test_a_parameter_of_lists_beside_a_name_is_refused_whatever_is_found": "151",
        "test_both_names_at_once_are_refused_for_any_pair_of_kinds": "150",
        "test_voided_in_whatever_order_they_come": "16 18 19",
        "test_voiding_points_at_a_statement": "17 20",
        "test_voiding_statements_are_never_voided": "18",
    },
}


def numbers(text: str) -> set[int]:
    return {int(each) for each in text.split()}


def tests() -> Iterator[tuple[str, str, set[int]]]:
    """The file, the test, and the numbers that it stands for."""
    for file, named in COVERED.items():
        for name, text in named.items():
            yield file, name, numbers(text)
