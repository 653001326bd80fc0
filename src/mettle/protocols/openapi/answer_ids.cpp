#include "mettle/protocols/openapi/answer_ids.hpp"

#include "mettle/http/message.hpp"
#include "mettle/protocols/openapi/encode.hpp"

#include <fmt/format.h>

#include <simdjson.h>

#include <algorithm>
#include <iterator>

namespace mettle::protocols::openapi {

struct AnswerIds::Parser {
    simdjson::dom::parser json;
};

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

// Of a head, "" where it has none. The first line is no header.
std::string_view header_of(std::string_view head, std::string_view name) {
    for (auto end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
        head.remove_prefix(end + 2);
        const std::string_view line = head.substr(0, head.find("\r\n"));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !http::same_name(line.substr(0, colon), name))
            continue;
        const auto begin = line.find_first_not_of(" \t", colon + 1);
        if (begin == std::string_view::npos) return "";
        return line.substr(begin, line.find_last_not_of(" \t") + 1 - begin);
    }
    return "";
}

// The path of a URL or of a reference that begins with '/', without query and slash at the end.
std::string_view path_of(std::string_view location) {
    if (const auto scheme = location.find("://"); scheme < location.find_first_of("/?#")) {
        location.remove_prefix(scheme + 3);
        location.remove_prefix(std::min(location.find('/'), location.size()));
    }
    location = location.substr(0, location.find_first_of("?#"));
    if (location.ends_with('/')) location.remove_suffix(1);
    return location;
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter < 0x7f; });
}

// A segment that stays where it is put.
bool is_segment(std::string_view id) {
    return !id.empty() && id != "." && id != "..";
}

// Appends the id as it goes into a path; false where it is none.
bool append_id(std::string& path, const element& value) {
    const auto to = std::back_inserter(path);
    switch (value.type()) {
        case element_type::INT64:
            fmt::format_to(to, "{}", value.get_int64().value_unsafe());
            return true;
        case element_type::UINT64:
            fmt::format_to(to, "{}", value.get_uint64().value_unsafe());
            return true;
        case element_type::STRING: {
            const std::string_view text = value.get_string().value_unsafe();
            if (!is_segment(text) || text.size() > AnswerIds::kMostPath) return false;
            append_percent_encoded(path, text);
            return true;
        }
        default:
            return false;
    }
}

struct Search {
    std::string_view collection;
    const std::vector<std::string>& fields;
    IdRing& ring;
    std::string& path;
    std::size_t found = 0;

    bool add(const object& from) {
        for (const std::string& field : fields) {
            element value;
            if (from.at_key(field).get(value) != simdjson::SUCCESS) continue;
            path = collection;
            path += '/';
            if (!append_id(path, value) || path.size() > AnswerIds::kMostPath) continue;
            ring.add(path);
            ++found;
            return true;
        }
        return false;
    }
    void add(const array& from) {
        for (const element each : from) {
            if (found == AnswerIds::kMostOfAnswer) return;
            if (each.is_object()) add(each.get_object().value_unsafe());
        }
    }
};

}  // namespace

AnswerIds::AnswerIds() : parser_(std::make_unique<Parser>()) {}
AnswerIds::~AnswerIds() = default;

std::size_t AnswerIds::read(const load::AnswerView& answer, std::string_view collection,
                            const std::vector<std::string>& fields, IdRing& ring) {
    if (answer.status < 200 || answer.status >= 400) return 0;
    if (read_location(header_of(answer.head, "location"), collection, ring)) return 1;
    return answer.status < 300 ? read_body(answer.body, collection, fields, ring) : 0;
}

// Only one that is a member of the collection: to anywhere else it is a redirect.
std::size_t AnswerIds::read_location(std::string_view location, std::string_view collection,
                                     IdRing& ring) {
    const std::string_view path = path_of(location);
    if (path.size() > kMostPath || !path.starts_with(collection) || !is_plain(path)) return 0;
    std::string_view id = path.substr(collection.size());
    if (!id.starts_with('/')) return 0;
    id.remove_prefix(1);
    if (!is_segment(id) || id.contains('/')) return 0;
    ring.add(path);
    return 1;
}

std::size_t AnswerIds::read_body(std::string_view body, std::string_view collection,
                                 const std::vector<std::string>& fields, IdRing& ring) {
    if (body.empty() || body.size() > kMostBytes) return 0;
    element root;
    if (parser_->json.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return 0;
    Search search{collection, fields, ring, path_};
    if (root.is_array()) search.add(root.get_array().value_unsafe());
    if (!root.is_object()) return search.found;
    const object whole = root.get_object().value_unsafe();
    if (search.add(whole)) return search.found;
    // {"items": [...], "total": 3}: the first list that has ids.
    for (const auto member : whole) {
        if (search.found) break;
        if (member.value.is_array()) search.add(member.value.get_array().value_unsafe());
    }
    return search.found;
}

}  // namespace mettle::protocols::openapi
