#include "mettle/monitor/prometheus_text.hpp"

#include "mettle/host/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace mettle::monitor {
namespace {

using host::next_line;
using host::next_word;

bool is_name_start(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_' ||
           letter == ':';
}

bool is_name(char letter) {
    return is_name_start(letter) || (letter >= '0' && letter <= '9');
}

std::string_view take_name(std::string_view& text) {
    if (text.empty() || !is_name_start(text[0])) return {};
    std::size_t size = 1;
    while (size < text.size() && is_name(text[size])) ++size;
    const std::string_view name = text.substr(0, size);
    text.remove_prefix(size);
    return name;
}

void skip_blanks(std::string_view& text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
}

// After the opening quote: up to the closing one, which a backslash can hide.
bool skip_quoted(std::string_view& text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return true;
        }
    }
    return false;
}

// From the opening brace; what stands between, when all of it is labels.
std::optional<std::string_view> take_labels(std::string_view& text) {
    text.remove_prefix(1);
    const std::string_view all = text;
    for (;;) {
        skip_blanks(text);
        if (text.starts_with('}')) {
            const std::string_view labels = all.substr(0, all.size() - text.size());
            text.remove_prefix(1);
            return labels;
        }
        if (take_name(text).empty()) return {};
        skip_blanks(text);
        if (!text.starts_with('=')) return {};
        text.remove_prefix(1);
        skip_blanks(text);
        if (!text.starts_with('"')) return {};
        text.remove_prefix(1);
        if (!skip_quoted(text)) return {};
        skip_blanks(text);
        if (text.starts_with(','))
            text.remove_prefix(1);
        else if (!text.starts_with('}'))
            return {};
    }
}

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

bool same_word(std::string_view text, std::string_view word) {
    if (text.size() != word.size()) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (lower(text[at]) != word[at]) return false;
    }
    return true;
}

// As Go's ParseFloat, but for hexadecimal and underscores.
std::optional<double> number_of(std::string_view word) {
    const bool negative = word.starts_with('-');
    if (negative || word.starts_with('+')) word.remove_prefix(1);
    if (same_word(word, "nan")) return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    if (same_word(word, "inf") || same_word(word, "infinity")) {
        value = std::numeric_limits<double>::infinity();
    } else {
        if (word.empty() || !(word[0] == '.' || (word[0] >= '0' && word[0] <= '9'))) return {};
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (end != word.data() + word.size() || error == std::errc::invalid_argument) return {};
        // "1e999": beyond what a double holds.
        if (error != std::errc()) return {};
    }
    return negative ? -value : value;
}

MetricType type_named(std::string_view word) {
    if (word == "counter") return MetricType::counter;
    if (word == "gauge") return MetricType::gauge;
    if (word == "histogram") return MetricType::histogram;
    if (word == "summary") return MetricType::summary;
    return MetricType::unknown;
}

// The family that "# TYPE" spoke of last, which the samples after it belong to.
struct Family {
    std::string_view name;
    MetricType type = MetricType::unknown;

    // With what a family adds to its name: OpenMetrics' counter x has samples x_total.
    MetricType type_of(std::string_view sample) const {
        constexpr std::array<std::string_view, 5> kEndings = {"", "_total", "_sum", "_count",
                                                              "_bucket"};
        if (name.empty() || !sample.starts_with(name)) return MetricType::unknown;
        const std::string_view ending = sample.substr(name.size());
        for (const std::string_view each : kEndings) {
            if (ending == each) return type;
        }
        return MetricType::unknown;
    }
};

void read_comment(std::string_view line, Family& family) {
    next_word(line);  // #
    if (next_word(line) != "TYPE") return;
    family.name = next_word(line);
    family.type = type_named(next_word(line));
}

std::optional<PrometheusSample> read_sample(std::string_view line, const Family& family) {
    PrometheusSample sample;
    sample.name = take_name(line);
    if (sample.name.empty()) return {};
    skip_blanks(line);
    if (line.starts_with('{')) {
        const auto labels = take_labels(line);
        if (!labels) return {};
        sample.labels = *labels;
    }
    const auto value = number_of(next_word(line));
    if (!value) return {};
    sample.value = *value;
    sample.type = family.type_of(sample.name);
    // A time stamp or an exemplar may follow; nothing else.
    const std::string_view more = next_word(line);
    if (!more.empty() && more != "#" && !number_of(more)) return {};
    return sample;
}

}  // namespace

PrometheusPage parse_prometheus(std::string_view text, std::size_t most_samples) {
    PrometheusPage page;
    Family family;
    for (std::string_view line; next_line(text, line);) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        skip_blanks(line);
        if (line.empty()) continue;
        if (line[0] == '#') {
            read_comment(line, family);
            continue;
        }
        const auto sample = read_sample(line, family);
        if (!sample) {
            ++page.bad_lines;
        } else if (page.samples.size() >= most_samples) {
            page.truncated = true;
            return page;
        } else {
            page.samples.push_back(*sample);
        }
    }
    return page;
}

}  // namespace mettle::monitor
