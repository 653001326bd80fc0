#include "mettle/http/multipart.hpp"

#include "mettle/http/media_type.hpp"
#include "mettle/http/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace mettle::http {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMostBoundary = 70;  // RFC 2046, 5.1.1.

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::size_t end_of_quoted(std::string_view text) {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at;
        }
    }
    return text.npos;
}

// The value of a parameter of a header: `name="a;b"; filename=c`. Nothing: there is none of that
// name, or the quotes of one in front of it don't end.
std::optional<std::string_view> parameter(std::string_view header, std::string_view wanted) {
    std::size_t at = header.find(';');
    while (at != header.npos) {
        header = header.substr(at + 1);
        const auto equals = header.find_first_of("=;");
        if (equals == header.npos) return std::nullopt;
        if (header[equals] == ';') {
            at = equals;
            continue;
        }
        const std::string_view name = trim(header.substr(0, equals));
        header =
            header.substr(std::min(header.find_first_not_of(" \t", equals + 1), header.size()));
        std::string_view value;
        if (header.starts_with('"')) {
            const auto end = end_of_quoted(header);
            if (end == header.npos) return std::nullopt;
            value = header.substr(1, end - 1);
            header = header.substr(end + 1);
        } else {
            value = trim(header.substr(0, header.find(';')));
        }
        if (same_name(name, wanted)) return value;
        at = header.find(';');
    }
    return std::nullopt;
}

Result<std::string_view> boundary_of(std::string_view content_type) {
    if (!is_multipart(content_type)) {
        return fail(Error::Kind::invalid_input,
                    "the Content-Type is not multipart/form-data; boundary=…");
    }
    const auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty()) {
        return fail(Error::Kind::invalid_input,
                    "the Content-Type multipart/form-data lacks its boundary: it should be "
                    "multipart/form-data; boundary=…, as the client that made the body knows it");
    }
    const auto is_visible = [](char c) { return c >= ' ' && c <= '~'; };
    if (boundary->size() > kMostBoundary || !std::ranges::all_of(*boundary, is_visible)) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("the boundary of the Content-Type has to be at most {} visible "
                                "ASCII characters",
                                kMostBoundary));
    }
    return *boundary;
}

// Walks over a body, from one delimiter to the next.
class MultipartReader {
public:
    MultipartReader(std::string_view boundary, std::string_view body, const MultipartLimits& limits)
        : delimiter_(fmt::format("\r\n--{}", boundary)), rest_(body), limits_(limits) {}

    Result<std::vector<MultipartPart>> read() {
        if (auto found = find_first(); !found) return std::unexpected(found.error());
        std::vector<MultipartPart> parts;
        while (true) {
            const auto more = end_delimiter(parts.size());
            if (!more) return std::unexpected(more.error());
            if (!*more) return parts;
            if (parts.size() == limits_.parts) {
                return fail(Error::Kind::too_large,
                            fmt::format("the multipart body has more than {} parts", parts.size()));
            }
            auto part = read_part(parts.size() + 1);
            if (!part) return std::unexpected(part.error());
            parts.push_back(*part);
        }
    }

private:
    static std::unexpected<Error> wrong(std::string message) {
        return fail(Error::Kind::invalid_input, std::move(message));
    }

    std::string_view dashes_and_boundary() const {
        return std::string_view(delimiter_).substr(kLineEnd.size());
    }

    // Behind the first delimiter: the body begins with it, or it begins a later line.
    Result<void> find_first() {
        if (rest_.starts_with(dashes_and_boundary())) {
            rest_.remove_prefix(dashes_and_boundary().size());
            return {};
        }
        const auto at = rest_.find(delimiter_);
        if (at == rest_.npos) {
            return wrong(
                fmt::format("the multipart body has no line '{}': its boundary is not the "
                            "one that the Content-Type says",
                            dashes_and_boundary()));
        }
        rest_.remove_prefix(at + delimiter_.size());
        return {};
    }

    // The rest of a delimiter's line: "--" ends the body, else a part follows.
    Result<bool> end_delimiter(std::size_t parts) {
        if (rest_.starts_with("--")) return false;
        const auto end = std::min(rest_.find_first_not_of(" \t"), rest_.size());
        if (!rest_.substr(end).starts_with(kLineEnd)) {
            return wrong(
                fmt::format("part {} of the multipart body does not begin on a line of its "
                            "own: '{}' should be followed by CR LF",
                            parts + 1, dashes_and_boundary()));
        }
        rest_.remove_prefix(end + kLineEnd.size());
        return true;
    }

    Result<MultipartPart> read_part(std::size_t number) {
        MultipartPart part;
        if (auto head = read_head(number, part); !head) return std::unexpected(head.error());
        // The delimiter's own line end belongs to it, so an empty part may have only that one.
        const auto end = rest_.starts_with(dashes_and_boundary()) ? 0 : rest_.find(delimiter_);
        if (end == rest_.npos) {
            return wrong(
                fmt::format("the multipart body is cut off in part {} ('{}'): a line "
                            "'{}--' should end it",
                            number, part.name, dashes_and_boundary()));
        }
        part.body = rest_.substr(0, end);
        rest_.remove_prefix(end + (end == 0 && rest_.starts_with("--")
                                       ? dashes_and_boundary().size()
                                       : delimiter_.size()));
        return part;
    }

    // Its header lines, and the empty line behind them.
    Result<void> read_head(std::size_t number, MultipartPart& part) {
        std::size_t bytes = 0;
        bool has_name = false;
        while (true) {
            const auto end = rest_.substr(0, limits_.head_bytes + 2).find(kLineEnd);
            if (end != rest_.npos) bytes += end;
            if (bytes > limits_.head_bytes ||
                (end == rest_.npos && rest_.size() > limits_.head_bytes)) {
                return fail(Error::Kind::too_large,
                            fmt::format("the headers of part {} of the multipart body are longer "
                                        "than {} bytes",
                                        number, limits_.head_bytes));
            }
            if (end == rest_.npos) {
                return wrong(
                    fmt::format("the multipart body is cut off in the headers of part {}", number));
            }
            const std::string_view line = rest_.substr(0, end);
            rest_.remove_prefix(end + kLineEnd.size());
            if (line.empty()) break;
            if (auto read = read_line(line, number, part, has_name); !read) return read;
        }
        if (has_name) return {};
        return wrong(
            fmt::format("part {} of the multipart body has no name: it needs a line "
                        "'Content-Disposition: form-data; name=\"…\"'",
                        number));
    }

    static Result<void> read_line(std::string_view line, std::size_t number, MultipartPart& part,
                                  bool& has_name) {
        const auto colon = line.find(':');
        if (colon == line.npos) {
            return wrong(
                fmt::format("a header line of part {} of the multipart body has no ':'", number));
        }
        const std::string_view name = trim(line.substr(0, colon));
        const std::string_view value = trim(line.substr(colon + 1));
        if (same_name(name, "Content-Type")) part.content_type = value;
        if (same_name(name, "Content-Transfer-Encoding") && !is_as_it_is(value)) {
            return wrong(
                fmt::format("part {} of the multipart body has the Content-Transfer-"
                            "Encoding '{}': RFC 7578 has none, send the bytes as they are",
                            number, value));
        }
        if (!same_name(name, "Content-Disposition")) return {};
        const auto given = parameter(value, "name");
        if (!same_name(media_type(value), "form-data") || !given) return {};
        has_name = true;
        part.name = *given;
        part.file_name = parameter(value, "filename").value_or(std::string_view{});
        return {};
    }

    static bool is_as_it_is(std::string_view encoding) {
        return same_name(encoding, "binary") || same_name(encoding, "8bit") ||
               same_name(encoding, "7bit");
    }

    std::string delimiter_;
    std::string_view rest_;
    const MultipartLimits& limits_;
};

}  // namespace

bool is_multipart(std::string_view content_type) {
    return same_name(media_type(content_type), "multipart/form-data");
}

Result<std::vector<MultipartPart>> read_multipart(std::string_view content_type,
                                                  std::string_view body,
                                                  const MultipartLimits& limits) {
    const auto boundary = boundary_of(content_type);
    if (!boundary) return std::unexpected(boundary.error());
    return MultipartReader(*boundary, body, limits).read();
}

}  // namespace mettle::http
