#include "mettle/serving/invocations/frame.hpp"

#include "mettle/serving/wire/json_get.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace mettle::invocations {

namespace {

namespace json = simdjson::ondemand;
using wire::wrong;

simdjson::padded_string_view padded(std::string_view text) {
    return simdjson::padded_string_view(text, text.size() + simdjson::SIMDJSON_PADDING);
}

// Names are texts, or the numbers that pandas gives to columns without names.
Result<void> read_columns(json::array array, Frame& frame) {
    for (auto element : array) {
        json::value value;
        std::string_view name;
        METTLE_JSON_GET(element, value, "a column has no name")
        if (value.get_string().get(name) == simdjson::SUCCESS) {
            frame.columns.emplace_back(name);
            continue;
        }
        METTLE_JSON_GET(wire::text_of(value), name, "a column has no name")
        if (name.starts_with('[') || name.starts_with('{'))
            return wrong("column {} has no name: 'columns' is an array of texts",
                         frame.columns.size());
        frame.columns.emplace_back(name);
    }
    return {};
}

Result<void> read_row(json::array array, Frame& frame) {
    frame.cells.emplace_back();
    for (auto element : array) {
        std::string_view text;
        json::value value;
        METTLE_JSON_GET(element, value, "a cell has no value")
        METTLE_JSON_GET(wire::text_of(value), text, "a cell has no value")
        if (auto added = frame.add_cell(frame.as_number(text)); !added) return added;
    }
    return {};
}

Result<void> read_data(json::array array, Frame& frame) {
    for (auto element : array) {
        json::array row;
        METTLE_JSON_GET(element.get_array(), row, "row {} of 'data' is not an array",
                        frame.cells.size())
        if (auto read = read_row(row, frame); !read) return read;
    }
    return {};
}

Result<void> check_widths(const Frame& frame) {
    const std::size_t width = frame.columns.empty() ? frame.width() : frame.columns.size();
    for (std::size_t row = 0; row < frame.cells.size(); ++row) {
        if (frame.cells[row].size() != width)
            return wrong("row {} has {} values, and there are {} columns", row,
                         frame.cells[row].size(), width);
    }
    return {};
}

using Places = std::unordered_map<std::string, std::size_t>;  // Of the columns.

// A record's values in the order of the first one's keys.
Result<void> read_record(json::object object, Frame& frame, Places& places) {
    const std::size_t row = frame.cells.size();
    frame.cells.emplace_back(frame.columns.size());
    frame.size += frame.columns.size();
    for (auto field : object) {
        std::string_view key;
        json::value value;
        std::string_view text;
        METTLE_JSON_GET(field.unescaped_key(), key, "record {}: a key is not a string", row)
        METTLE_JSON_GET(field.value(), value, "record {}: a key has no value", row)
        const std::string name(key);
        METTLE_JSON_GET(wire::text_of(value), text, "record {}: '{}' has no value", row, name)
        const auto found = places.find(name);
        if (found != places.end()) {
            std::string_view& cell = frame.cells.back()[found->second];
            if (!cell.empty()) return wrong("record {}: '{}' is given twice", row, name);
            cell = frame.as_number(text);
            continue;
        }
        if (row > 0) return wrong("record {} has '{}', which the first has not", row, name);
        places.emplace(name, frame.columns.size());
        frame.columns.push_back(name);
        if (auto added = frame.add_cell(frame.as_number(text)); !added) return added;
    }
    const auto& cells = frame.cells.back();
    const auto lacking = std::ranges::find(cells, std::string_view());
    if (lacking == cells.end()) return {};
    return wrong("record {} has no '{}', and the first has one", row,
                 frame.columns[static_cast<std::size_t>(lacking - cells.begin())]);
}

// Whether each input has a column of its name and there is no other.
bool are_inputs(const std::vector<std::string>& columns, const Signature& signature) {
    return columns.size() == signature.inputs.size() &&
           std::ranges::all_of(signature.inputs, [&](const TensorSpec& spec) {
               return std::ranges::find(columns, spec.name) != columns.end();
           });
}

Result<void> give_column(const Frame& frame, std::size_t column, std::size_t input,
                         wire::TensorReader& tensors) {
    std::vector<std::string_view> texts;
    texts.reserve(frame.cells.size());
    for (const auto& row : frame.cells) texts.push_back(row[column]);
    return tensors.take_rows(input, texts);
}

// All rows as one array of arrays.
std::string_view joined(Frame& frame) {
    std::string text = "[";
    for (const auto& row : frame.cells) {
        text += text.size() > 1 ? ",[" : "[";
        for (std::size_t at = 0; at < row.size(); ++at) {
            if (at > 0) text += ',';
            text += row[at];
        }
        text += ']';
    }
    text += ']';
    return frame.own.keep(text);
}

}  // namespace

std::string_view Texts::keep(std::string_view text) {
    constexpr std::size_t kChunk = 64 * 1024;
    const std::size_t room = text.size() + simdjson::SIMDJSON_PADDING;
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < room)
        chunks_.emplace_back().reserve(std::max(kChunk, room));
    std::string& chunk = chunks_.back();
    chunk += text;
    return std::string_view(chunk).substr(chunk.size() - text.size());
}

// What pandas writes for a number that is missing.
std::string_view Frame::as_number(std::string_view text) {
    return text == "null" ? own.keep("NaN") : text;
}

Result<void> Frame::add_cell(std::string_view text) {
    if (size >= kMostCells)
        return fail(
            Error::Kind::too_large,
            fmt::format("a table has {} values at most: send tensors as 'inputs'", kMostCells));
    ++size;
    cells.back().push_back(text);
    return {};
}

Result<void> read_split(std::string_view text, Frame& frame) {
    thread_local json::parser parser;
    json::document document;
    json::object object;
    METTLE_JSON_GET(parser.iterate(padded(text)), document, "'dataframe_split' is not an object")
    METTLE_JSON_GET(document.get_object(), object, "'dataframe_split' is not an object")
    bool has_columns = false, has_data = false;
    for (auto field : object) {
        std::string_view key;
        json::value value;
        json::array array;
        METTLE_JSON_GET(field.unescaped_key(), key, "a key is not a string")
        METTLE_JSON_GET(field.value(), value, "a key has no value")
        const bool is_data = key == "data", is_columns = key == "columns";
        if (!is_data && !is_columns) {
            if (key == "index") continue;
            return wrong("dataframe_split: unexpected key '{}'; there are columns, index and data",
                         key);
        }
        if (std::exchange(is_data ? has_data : has_columns, true))
            return wrong("dataframe_split: '{}' is given twice", is_data ? "data" : "columns");
        METTLE_JSON_GET(value.get_array(), array, "dataframe_split: '{}' is not an array",
                        is_data ? "data" : "columns")
        auto read = is_data ? read_data(array, frame) : read_columns(array, frame);
        if (!read) return read;
    }
    if (!has_data) return wrong("dataframe_split has no 'data'");
    return check_widths(frame);
}

Result<void> read_records(std::string_view text, Frame& frame) {
    thread_local json::parser parser;
    json::document document;
    json::array array;
    METTLE_JSON_GET(parser.iterate(padded(text)), document, "'dataframe_records' is not an array")
    METTLE_JSON_GET(document.get_array(), array, "'dataframe_records' is not an array")
    Places places;
    for (auto element : array) {
        json::object object;
        METTLE_JSON_GET(element.get_object(), object, "record {} is not an object",
                        frame.cells.size())
        if (auto read = read_record(object, frame, places); !read) return read;
    }
    return {};
}

Result<void> give(Frame& frame, const Signature& signature, wire::TensorReader& tensors) {
    if (frame.cells.empty()) return wrong("there are no rows: send at least one");
    const bool named = are_inputs(frame.columns, signature);
    const bool in_order = frame.columns.empty() && frame.width() == signature.inputs.size();
    for (std::size_t input = 0; (named || in_order) && input < signature.inputs.size(); ++input) {
        const auto column = named ? std::ranges::find(frame.columns, signature.inputs[input].name) -
                                        frame.columns.begin()
                                  : static_cast<std::ptrdiff_t>(input);
        auto given = give_column(frame, static_cast<std::size_t>(column), input, tensors);
        if (!given) return given;
    }
    if (named || in_order) return {};
    if (signature.inputs.size() != 1)
        return wrong(
            "the columns are {}, and the model takes {}",
            fmt::join(
                std::span(frame.columns).first(std::min<std::size_t>(frame.columns.size(), 20)),
                ", "),
            signature.to_string());
    if (frame.width() == 1) return give_column(frame, 0, 0, tensors);
    return tensors.take_whole(0, joined(frame));
}

}  // namespace mettle::invocations
