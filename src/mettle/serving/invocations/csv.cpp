#include "mettle/serving/invocations/csv.hpp"

#include "mettle/http/message.hpp"
#include "mettle/serving/wire/json_get.hpp"
#include "mettle/serving/wire/tensor_json.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace mettle::invocations {

namespace {

using wire::wrong;

class CsvReader {
public:
    CsvReader(std::string_view text, Texts& own) : rest_(text), own_(own) {}

    Result<std::vector<CsvRow>> read() {
        std::vector<CsvRow> rows;
        while (!rest_.empty()) {
            ++line_;
            if (take_line_end()) continue;
            auto row = read_row();
            if (!row) return std::unexpected(row.error());
            rows.push_back(*std::move(row));
        }
        return rows;
    }

private:
    Result<CsvRow> read_row() {
        CsvRow row;
        while (true) {
            const auto field = read_field();
            if (!field) return std::unexpected(field.error());
            if (++fields_ > Frame::kMostCells)
                return fail(Error::Kind::too_large,
                            fmt::format("a CSV has {} values at most", Frame::kMostCells));
            row.push_back(*field);
            if (rest_.empty() || take_line_end()) return row;
            rest_.remove_prefix(1);  // The comma.
        }
    }

    Result<std::string_view> read_field() {
        if (rest_.starts_with('"')) return read_quoted();
        const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
        std::string_view field = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (field.ends_with('\r') && (rest_.empty() || rest_.starts_with('\n')))
            field.remove_suffix(1);
        return field;
    }

    Result<std::string_view> read_quoted() {
        std::string unquoted;
        rest_.remove_prefix(1);
        while (true) {
            const std::size_t quote = rest_.find('"');
            if (quote == rest_.npos)
                return wrong("the CSV's line {} has a quote that does not end", line_);
            const std::string_view piece = rest_.substr(0, quote);
            rest_.remove_prefix(quote + 1);
            const bool doubled = rest_.starts_with('"');
            if (!doubled && !behind_field())
                return wrong("the CSV's line {} has something behind a closing quote", line_);
            if (!doubled && unquoted.empty()) return piece;
            unquoted += piece;
            if (!doubled) return own_.keep(unquoted);
            unquoted += '"';
            rest_.remove_prefix(1);
        }
    }

    bool behind_field() const {
        return rest_.empty() || rest_.starts_with(',') || rest_.starts_with('\n') ||
               rest_.starts_with("\r\n");
    }

    bool take_line_end() {
        const std::size_t size = rest_.starts_with("\r\n") ? 2 : rest_.starts_with('\n') ? 1 : 0;
        rest_.remove_prefix(size);
        return size > 0;
    }

    std::string_view rest_;
    Texts& own_;
    std::size_t line_ = 0;
    std::size_t fields_ = 0;
};

std::optional<double> number_of(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = end == text.data() + text.size() && !text.empty();
    if (whole && error == std::errc()) return value;
    return std::nullopt;
}

bool is_number(std::string_view field) {
    field = wire::trimmed(field);
    return field.empty() || number_of(field).has_value();
}

// Whole numbers keep their digits: a double has no room for all of INT64's.
bool is_whole(std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    const bool all = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    return all && !digits.empty() && (digits == "0" || !digits.starts_with('0'));
}

// A number as JSON with Python's tokens has it; nothing for a text that is none.
std::optional<std::string_view> json_number(std::string_view field, Texts& own) {
    if (is_whole(field)) return field;
    field = wire::trimmed(field);
    const auto value = field.empty() ? std::optional(std::nan("")) : number_of(field);
    if (!value) return std::nullopt;
    if (std::isnan(*value)) return own.keep("NaN");
    if (std::isinf(*value)) return own.keep(*value < 0 ? "-Infinity" : "Infinity");
    return own.keep(fmt::format("{}", *value));
}

std::string_view json_string(std::string_view field, Texts& own) {
    std::string text;
    wire::append_string(text, field);
    return own.keep(text);
}

// Three at least: two such are a row that may well be.
bool counts_up(const CsvRow& row) {
    for (std::size_t at = 0; at < row.size(); ++at)
        if (row[at] != fmt::to_string(at)) return false;
    return row.size() >= 3;
}

bool are_names(const CsvRow& row, const Signature& signature) {
    const auto is_input = [&](std::string_view field) { return signature.input(field) != nullptr; };
    if (row.size() == signature.inputs.size() && std::ranges::all_of(row, is_input)) return true;
    const bool takes_texts = std::ranges::any_of(
        signature.inputs, [](const TensorSpec& spec) { return spec.type == DataType::bytes; });
    return !takes_texts && (counts_up(row) || !std::ranges::all_of(row, is_number));
}

// Which columns are of texts: those of BYTES inputs, or all of the only input's.
std::vector<bool> text_columns(const Signature& signature, const std::vector<std::string>& names,
                               std::size_t width) {
    std::vector<bool> texts(width, false);
    for (std::size_t at = 0; at < width; ++at) {
        const TensorSpec* spec = at < names.size() ? signature.input(names[at]) : nullptr;
        if (!spec && signature.inputs.size() == 1) spec = &signature.inputs[0];
        if (!spec && names.empty() && at < signature.inputs.size()) spec = &signature.inputs[at];
        texts[at] = spec && spec->type == DataType::bytes;
    }
    return texts;
}

Result<void> add_row(const CsvRow& row, const std::vector<bool>& texts, Frame& frame) {
    const std::size_t number = frame.cells.size();
    if (row.size() != texts.size())
        return wrong("the CSV's row {} has {} values, and there are {} columns", number, row.size(),
                     texts.size());
    frame.cells.emplace_back();
    for (std::size_t at = 0; at < row.size(); ++at) {
        const std::optional<std::string_view> cell =
            texts[at] ? json_string(row[at], frame.own) : json_number(row[at], frame.own);
        if (!cell)
            return wrong("the CSV's row {}, column {}: '{}' is no number", number, at,
                         row[at].substr(0, 40));
        if (auto added = frame.add_cell(*cell); !added) return added;
    }
    return {};
}

}  // namespace

Result<std::vector<CsvRow>> read_csv(std::string_view text, Texts& own) {
    return CsvReader(text, own).read();
}

CsvHeader csv_header(std::string_view content_type) {
    while (!content_type.empty()) {
        const std::string_view piece = content_type.substr(0, content_type.find(';'));
        content_type.remove_prefix(std::min(content_type.size(), piece.size() + 1));
        const std::string_view parameter = wire::trimmed(piece);
        if (http::same_name(parameter, "header=present")) return CsvHeader::present;
        if (http::same_name(parameter, "header=absent")) return CsvHeader::absent;
    }
    return CsvHeader::guess;
}

Result<void> read_csv(std::string_view text, const Signature& signature, CsvHeader header,
                      Frame& frame) {
    const auto rows = read_csv(text, frame.own);
    if (!rows) return std::unexpected(rows.error());
    if (rows->empty()) return wrong("the CSV has no rows: send at least one");
    std::span<const CsvRow> left(*rows);
    const bool has_names = header == CsvHeader::guess ? are_names(left.front(), signature)
                                                      : header == CsvHeader::present;
    if (has_names) {
        frame.columns.assign(left.front().begin(), left.front().end());
        left = left.subspan(1);
    }
    const auto texts = text_columns(signature, frame.columns, rows->front().size());
    for (const CsvRow& row : left) {
        if (auto added = add_row(row, texts, frame); !added) return added;
    }
    return {};
}

}  // namespace mettle::invocations
