#include "mettle/http/response_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace mettle::http {

namespace {

constexpr std::string_view kProtocol = "HTTP/1.";
constexpr std::uint32_t kMaxLine = 4096;
constexpr std::uint32_t kMaxTrailer = 16 * 1024;

// `lower` is in lower case; `text` may be in any.
bool same(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char character = text[at];
        const bool upper = character >= 'A' && character <= 'Z';
        if ((upper ? character + 32 : character) != lower[at]) return false;
    }
    return true;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// -1 for what is no number.
std::int64_t to_size(std::string_view text) {
    std::int64_t size = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    return error == std::errc{} && end == text.data() + text.size() ? size : -1;
}

bool has_token(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (same(trim(list.substr(0, comma)), token)) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

int hex_digit(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

}  // namespace

void ResponseScanner::begin(Want want) {
    want_ = want;
    stage_ = Stage::head;
    interim_ = 0;
    body_bytes_ = 0;
    error_ = {};
    whole_body_ = {};
    body_.clear();
}

void ResponseScanner::fail(std::string_view error) {
    error_ = error;
    keep_alive_ = false;
}

std::size_t ResponseScanner::consume(std::string_view bytes) {
    std::size_t used = 0;
    while (error_.empty() && !done()) {
        const std::string_view rest = bytes.substr(used);
        if (rest.empty()) break;
        std::size_t taken = 0;
        switch (stage_) {
            case Stage::head:
                taken = take_head(rest);
                break;
            case Stage::length:
                taken = take_length(rest);
                break;
            case Stage::until_close:
                taken = take_data(rest, rest.size());
                break;
            case Stage::done:
                break;
            default:
                taken = take_chunks(rest);
        }
        used += taken;
        if (taken == 0) break;
    }
    return used;
}

std::size_t ResponseScanner::take_head(std::string_view bytes) {
    const auto beginning = std::min(bytes.size(), kProtocol.size());
    if (bytes.substr(0, beginning) != kProtocol.substr(0, beginning)) {
        fail("the answer does not begin with HTTP/1.");
        return 0;
    }
    status_ = 0;
    length_ = json_size_ = -1;
    chunked_ = false;
    server_timing_ = {};
    std::size_t at = 0;
    for (;;) {
        const auto* end =
            static_cast<const char*>(std::memchr(bytes.data() + at, '\n', bytes.size() - at));
        if (!end) {
            if (bytes.size() > kMaxHead) fail("the head of the answer is longer than 64 KiB");
            return 0;
        }
        const auto next = static_cast<std::size_t>(end - bytes.data()) + 1;
        std::string_view line = bytes.substr(at, next - 1 - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() && at > 0) {
            head_ = bytes.substr(0, at);
            if (want_.keep_head) kept_head_ = head_;
            begin_body();
            return next;
        }
        if (at == 0) {
            if (!take_status_line(line)) return 0;
        } else {
            take_header(line);
        }
        if (!error_.empty()) return 0;
        at = next;
    }
}

bool ResponseScanner::take_status_line(std::string_view line) {
    const auto digit = [&](std::size_t at) { return line[at] >= '0' && line[at] <= '9'; };
    if (line.size() < 12 || !digit(7) || line[8] != ' ' || !digit(9) || !digit(10) || !digit(11) ||
        (line.size() > 12 && line[12] != ' ') || line[9] == '0') {
        fail("the answer's status line is malformed");
        return false;
    }
    status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    keep_alive_ = line[7] != '0';
    return true;
}

void ResponseScanner::take_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        fail("a line of the answer's head is no header");
        return;
    }
    const std::string_view name = line.substr(0, colon);
    // Most headers end here: none of those that matter has another length.
    switch (colon) {
        case 10:
            if (same(name, "connection")) {
                const std::string_view value = line.substr(colon + 1);
                if (has_token(value, "close")) keep_alive_ = false;
                if (has_token(value, "keep-alive")) keep_alive_ = true;
            }
            return;
        case 13:
            if (same(name, "server-timing"))
                parse_server_timing(line.substr(colon + 1), server_timing_);
            return;
        case 14:
            if (same(name, "content-length")) {
                const std::int64_t length = to_size(trim(line.substr(colon + 1)));
                if (length < 0) fail("the answer's Content-Length is no size");
                if (length_ >= 0 && length != length_)
                    fail("the answer has two different Content-Length headers");
                length_ = length;
            }
            return;
        case 17:
            if (same(name, "transfer-encoding")) {
                chunked_ = has_token(line.substr(colon + 1), "chunked");
                if (!chunked_) fail("the answer has a Transfer-Encoding other than chunked");
            }
            return;
        case 31:
            if (same(name, "inference-header-content-length"))
                json_size_ = to_size(trim(line.substr(colon + 1)));
            return;
        default:
            return;
    }
}

void ResponseScanner::begin_body() {
    if (status_ < 200) {
        if (status_ == 101) return fail("the answer switches protocols, which nobody asked for");
        if (++interim_ > kMaxInterim) return fail("more than 16 interim answers came");
        return;  // Another head follows.
    }
    if (want_.is_head || status_ == 204 || status_ == 304) {
        stage_ = Stage::done;
    } else if (chunked_) {
        stage_ = Stage::chunk_size;
        left_ = 0;
        line_bytes_ = 0;
        chunk_digits_over_ = false;
    } else if (length_ >= 0) {
        left_ = static_cast<std::uint64_t>(length_);
        stage_ = left_ == 0 ? Stage::done : Stage::length;
        if (left_ > want_.max_body) fail("the answer's body is larger than is accepted");
    } else {
        stage_ = Stage::until_close;
        keep_alive_ = false;
    }
}

std::size_t ResponseScanner::take_length(std::string_view bytes) {
    if (want_.keep_body && body_bytes_ == 0 && bytes.size() >= left_) {
        whole_body_ = bytes.substr(0, left_);  // All of it is here: no copy.
        if (want_.sink) want_.sink->on_body(whole_body_);
        body_bytes_ = left_;
        stage_ = Stage::done;
        return left_;
    }
    const std::size_t taken = take_data(bytes, left_);
    left_ -= taken;
    if (left_ == 0) stage_ = Stage::done;
    return taken;
}

std::size_t ResponseScanner::take_data(std::string_view bytes, std::uint64_t most) {
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), most));
    body_bytes_ += taken;
    if (body_bytes_ > want_.max_body) {
        fail("the answer's body is larger than is accepted");
        return taken;
    }
    if (want_.keep_body) body_.append(bytes.substr(0, taken));
    if (want_.sink) want_.sink->on_body(bytes.substr(0, taken));
    return taken;
}

std::size_t ResponseScanner::take_chunks(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && error_.empty() && !done()) {
        if (stage_ == Stage::chunk_data) {
            const std::size_t taken = take_data(bytes.substr(at), left_);
            at += taken;
            left_ -= taken;
            if (left_ == 0) stage_ = Stage::chunk_end;
            continue;
        }
        const char character = bytes[at++];
        if (stage_ == Stage::chunk_size)
            take_chunk_size(character);
        else if (stage_ == Stage::chunk_end)
            take_chunk_end(character);
        else
            take_trailer(character);
    }
    return at;
}

// "1a;name=value CR LF": digits, then whatever, up to the line's end.
void ResponseScanner::take_chunk_size(char character) {
    if (++line_bytes_ > kMaxLine) return fail("a chunk's size line is longer than 4 KiB");
    if (character == '\n') {
        if (line_bytes_ < 2 || (!chunk_digits_over_ && line_bytes_ == 1))
            return fail("a chunk has no size");
        stage_ = left_ == 0 ? Stage::trailer : Stage::chunk_data;
        line_bytes_ = 0;
        chunk_digits_over_ = false;
        return;
    }
    if (chunk_digits_over_) return;
    const int digit = hex_digit(character);
    if (digit < 0) {
        const bool ends =
            character == ';' || character == '\r' || character == ' ' || character == '\t';
        if (!ends || line_bytes_ == 1) return fail("a chunk's size is no hexadecimal number");
        chunk_digits_over_ = true;
        return;
    }
    if (left_ > (UINT64_MAX >> 8)) return fail("a chunk's size is beyond all bounds");
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
}

void ResponseScanner::take_chunk_end(char character) {
    if (character == '\r' && line_bytes_ == 0) {
        line_bytes_ = 1;
        return;
    }
    if (character != '\n') return fail("a chunk is longer than its size");
    stage_ = Stage::chunk_size;
    line_bytes_ = 0;
    left_ = 0;
}

// Lines up to an empty one. `left_` counts the characters of the current line.
void ResponseScanner::take_trailer(char character) {
    if (++line_bytes_ > kMaxTrailer) return fail("the answer's trailer is longer than 16 KiB");
    if (character == '\n') {
        if (left_ == 0) stage_ = Stage::done;
        left_ = 0;
    } else if (character != '\r') {
        ++left_;
    }
}

void ResponseScanner::end_of_stream() {
    if (done() || !error_.empty()) return;
    if (stage_ == Stage::until_close) {
        stage_ = Stage::done;
    } else {
        fail(started() ? "closed before the whole answer" : "closed without an answer");
    }
}

}  // namespace mettle::http
