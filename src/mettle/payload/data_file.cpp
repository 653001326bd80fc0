#include "mettle/payload/data_file.hpp"

#include "mettle/payload/json_depth.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <set>

namespace mettle::payload {

namespace {

using nlohmann::ordered_json;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::unexpected<Error> wrong(std::string_view name, std::size_t line, std::string_view what) {
    return invalid(fmt::format("{}:{}: {}", name, line, what));
}

std::string_view without_mark(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    return text;
}

std::size_t next_line(std::string_view text, std::size_t from) {
    return std::min(text.find('\n', from), text.size());
}

std::string_view without_return(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

// The records of a CSV text, one at a time.
class CsvReader {
public:
    CsvReader(std::string_view text, std::string_view name, const DataLimits& limits)
        : text_(without_mark(text)), name_(name), limits_(limits) {}

    // Skips empty lines. False at the end.
    bool more() {
        while (at_ < text_.size()) {
            const std::size_t end = next_line(text_, at_);
            if (!without_return(text_.substr(at_, end - at_)).empty()) return true;
            at_ = end + 1;
            ++line_;
        }
        return false;
    }

    // REQUIRES: more()
    Result<std::vector<std::string>> record() {
        std::vector<std::string> cells;
        for (;;) {
            if (cells.size() == limits_.fields)
                return wrong(name_, line_, fmt::format("more than {} fields", limits_.fields));
            auto cell = text_.substr(at_).starts_with('"') ? quoted() : bare();
            if (!cell) return std::unexpected(cell.error());
            cells.push_back(std::move(*cell));
            if (at_ < text_.size() && text_[at_] == ',') {
                ++at_;
                continue;
            }
            at_ = next_line(text_, at_) + 1;
            ++line_;
            return cells;
        }
    }

    std::size_t line() const { return line_; }

private:
    Result<std::string> bare() {
        const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
        std::string_view cell = text_.substr(at_, end - at_);
        if (end == text_.size() || text_[end] == '\n') cell = without_return(cell);
        if (cell.contains('"'))
            return wrong(
                name_, line_,
                "a quote within a field that does not begin with one; write \"a \"\"b\"\"\"");
        at_ = end;
        return std::string(cell);
    }

    Result<std::string> quoted() {
        const std::size_t first_line = line_;
        std::string cell;
        for (++at_;;) {
            const std::size_t end = text_.find('"', at_);
            if (end == std::string_view::npos)
                return wrong(name_, first_line, "a quoted field is not closed");
            const std::string_view part = text_.substr(at_, end - at_);
            line_ += static_cast<std::size_t>(std::ranges::count(part, '\n'));
            cell += part;
            at_ = end + 1;
            if (!text_.substr(at_).starts_with('"')) break;
            cell += '"';
            ++at_;
        }
        const std::string_view rest = text_.substr(at_);
        if (!rest.empty() && !rest.starts_with(',') && !rest.starts_with('\n') &&
            !rest.starts_with("\r\n") && rest != "\r")
            return wrong(name_, line_, "text follows a quoted field");
        if (rest.starts_with('\r')) ++at_;
        return cell;
    }

    std::string_view text_;
    std::string_view name_;
    const DataLimits& limits_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

Result<void> check_names(const std::vector<std::string>& names, std::string_view file,
                         std::size_t line) {
    std::set<std::string_view> seen;
    for (const std::string& each : names) {
        if (each.empty()) return wrong(file, line, "a column has no name");
        if (!seen.insert(each).second)
            return wrong(file, line, fmt::format("two columns are named '{}'", each));
    }
    return {};
}

Result<DataRow> row_of(std::string_view line, std::string_view name, std::size_t number,
                       const DataLimits& limits) {
    if (is_deeper_than(line, limits.depth))
        return wrong(name, number, fmt::format("it nests deeper than {}", limits.depth));
    const auto object = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object())
        return wrong(name, number, "no JSON object; write {\"name\": value, ...}");
    if (object.empty()) return wrong(name, number, "the object is empty");
    if (object.size() > limits.fields)
        return wrong(name, number, fmt::format("more than {} fields", limits.fields));
    DataRow row{number, {}};
    for (const auto& [key, value] : object.items()) row.fields.push_back({key, value.dump(), true});
    return row;
}

std::unexpected<Error> too_many_rows(std::string_view name, const DataLimits& limits) {
    return fail(Error::Kind::too_large, fmt::format("{} has more than {} rows", name, limits.rows));
}

}  // namespace

std::string DataField::plain() const {
    if (!is_json || !value.starts_with('"')) return value;
    const auto text = ordered_json::parse(value, nullptr, /*allow_exceptions=*/false);
    return text.is_string() ? text.get<std::string>() : value;
}

const DataField* DataRow::field(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &DataField::name);
    return found == fields.end() ? nullptr : &*found;
}

Result<std::vector<DataRow>> parse_csv(std::string_view text, std::string_view name,
                                       DataLimits limits) {
    CsvReader reader(text, name, limits);
    if (!reader.more()) return invalid(fmt::format("{} is empty", name));
    const std::size_t names_line = reader.line();
    const auto names = reader.record();
    if (!names) return std::unexpected(names.error());
    if (auto checked = check_names(*names, name, names_line); !checked)
        return std::unexpected(checked.error());
    std::vector<DataRow> rows;
    while (reader.more()) {
        if (rows.size() == limits.rows) return too_many_rows(name, limits);
        DataRow row{reader.line(), {}};
        auto cells = reader.record();
        if (!cells) return std::unexpected(cells.error());
        if (cells->size() != names->size()) {
            return wrong(name, row.line,
                         fmt::format("{} fields where line {} names {}", cells->size(), names_line,
                                     names->size()));
        }
        for (std::size_t index = 0; index < cells->size(); ++index)
            row.fields.push_back({(*names)[index], std::move((*cells)[index]), false});
        rows.push_back(std::move(row));
    }
    if (rows.empty()) return invalid(fmt::format("{} has a line of names and no rows", name));
    return rows;
}

Result<std::vector<DataRow>> parse_jsonl(std::string_view text, std::string_view name,
                                         DataLimits limits) {
    text = without_mark(text);
    std::vector<DataRow> rows;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = next_line(text, at);
        const std::string_view line = text.substr(at, end - at);
        at = end + 1;
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        if (rows.size() == limits.rows) return too_many_rows(name, limits);
        auto row = row_of(line, name, number, limits);
        if (!row) return std::unexpected(row.error());
        rows.push_back(std::move(*row));
    }
    if (rows.empty()) return invalid(fmt::format("{} is empty", name));
    return rows;
}

Result<DataRow> parse_json_row(std::string_view line, std::string_view name, std::size_t number,
                               DataLimits limits) {
    return row_of(number == 1 ? without_mark(line) : line, name, number, limits);
}

Result<std::string> read_whole_file(const std::string& path, std::size_t most_bytes) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const auto size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
    if (size < 0) return invalid(fmt::format("{} cannot be read", path));
    if (static_cast<std::uint64_t>(size) > most_bytes)
        return fail(Error::Kind::too_large,
                    fmt::format("{} has {} bytes, and {} are allowed", path, size, most_bytes));
    std::string text(static_cast<std::size_t>(size), '\0');
    file.seekg(0);
    if (!file.read(text.data(), size)) return invalid(fmt::format("{} cannot be read", path));
    return text;
}

Result<std::vector<DataRow>> read_data_file(const std::string& path, DataLimits limits) {
    const bool csv = path.ends_with(".csv");
    if (!csv && !path.ends_with(".jsonl") && !path.ends_with(".ndjson"))
        return invalid(fmt::format("{} is neither .csv nor .jsonl", path));
    const auto text = read_whole_file(path, limits.bytes);
    if (!text) return std::unexpected(text.error());
    return csv ? parse_csv(*text, path, limits) : parse_jsonl(*text, path, limits);
}

}  // namespace mettle::payload
