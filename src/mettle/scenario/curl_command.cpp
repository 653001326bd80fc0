#include "mettle/http/url.hpp"
#include "mettle/scenario/imported_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace mettle::scenario {

namespace {

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 63));
    } else {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 63));
        out += static_cast<char>(0x80 | (code & 63));
    }
}

// Words as a POSIX shell and bash's $'...' make them; nothing is expanded.
class ShellWords {
public:
    explicit ShellWords(std::string_view text) : text_(text) {}

    Result<std::vector<std::string>> split() {
        std::vector<std::string> words;
        while (at_ < text_.size()) {
            const char character = text_[at_];
            if (std::isspace(static_cast<unsigned char>(character)) != 0) {
                ++at_;
                end_word(words);
            } else if (character == '\\') {
                take_escaped();
            } else if (character == '\'') {
                if (!take_quoted('\'', false)) return unclosed();
            } else if (character == '"') {
                if (!take_quoted('"', true)) return unclosed();
            } else if (text_.substr(at_).starts_with("$'")) {
                ++at_;
                if (!take_ansi()) return unclosed();
            } else if (std::string_view("|;&<>").contains(character)) {
                return invalid(
                    fmt::format("'{}' is the shell's: give curl's command alone", character));
            } else {
                word_ += character;
                in_word_ = true;
                ++at_;
            }
        }
        end_word(words);
        return words;
    }

private:
    static std::unexpected<Error> unclosed() {
        return invalid("a quote of the command is not closed");
    }
    void end_word(std::vector<std::string>& words) {
        if (in_word_) words.push_back(std::move(word_));
        word_.clear();
        in_word_ = false;
    }
    // A line that goes on, or a character that is meant as it is.
    void take_escaped() {
        ++at_;
        if (text_.substr(at_).starts_with("\r\n")) ++at_;
        if (at_ < text_.size() && text_[at_] != '\n') {
            word_ += text_[at_];
            in_word_ = true;
        }
        ++at_;
    }
    bool take_quoted(char quote, bool escapes) {
        in_word_ = true;
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
            const bool escaped = escapes && text_[at_] == '\\' && at_ + 1 < text_.size() &&
                                 std::string_view("\"\\$`\n").contains(text_[at_ + 1]);
            if (escaped) ++at_;
            if (!escaped || text_[at_] != '\n') word_ += text_[at_];
        }
        return at_++ < text_.size();
    }
    bool take_ansi() {
        in_word_ = true;
        for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
            if (text_[at_] != '\\' || at_ + 1 >= text_.size()) {
                word_ += text_[at_];
                continue;
            }
            const char kind = text_[++at_];
            constexpr std::string_view kLetters = "nrtabfv", kMeant = "\n\r\t\a\b\f\v";
            if (const auto letter = kLetters.find(kind); letter != std::string_view::npos)
                word_ += kMeant[letter];
            else if (kind == 'x' || kind == 'u')
                take_hex(kind == 'x' ? 2 : 4, kind == 'u');
            else
                word_ += kind;
        }
        return at_++ < text_.size();
    }
    void take_hex(int most, bool is_code) {
        unsigned code = 0;
        for (; most > 0 && at_ + 1 < text_.size(); --most) {
            const char digit = text_[at_ + 1];
            if (std::isxdigit(static_cast<unsigned char>(digit)) == 0) break;
            const int value = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
            code = code * 16 + static_cast<unsigned>(value);
            ++at_;
        }
        if (is_code)
            append_utf8(word_, code);
        else
            word_ += static_cast<char>(code);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string word_;
    bool in_word_ = false;
};

enum class Meaning {
    method,
    header,
    data,
    data_raw,
    data_url,
    json,
    user,
    cookie,
    agent,
    referer,
    form,
    form_string,
    url,
    get,
    head,
    ignored,
    ignored_value,
};

struct Option {
    char letter;  // '\0': none.
    std::string_view name;
    Meaning meaning;
};

constexpr auto kOptions = std::to_array<Option>({
    {'X', "request", Meaning::method},
    {'H', "header", Meaning::header},
    {'d', "data", Meaning::data},
    {'\0', "data-ascii", Meaning::data},
    {'\0', "data-binary", Meaning::data},
    {'\0', "data-raw", Meaning::data_raw},
    {'\0', "data-urlencode", Meaning::data_url},
    {'\0', "json", Meaning::json},
    {'u', "user", Meaning::user},
    {'b', "cookie", Meaning::cookie},
    {'A', "user-agent", Meaning::agent},
    {'e', "referer", Meaning::referer},
    {'F', "form", Meaning::form},
    {'\0', "form-string", Meaning::form_string},
    {'\0', "url", Meaning::url},
    {'G', "get", Meaning::get},
    {'I', "head", Meaning::head},
    {'s', "silent", Meaning::ignored},
    {'S', "show-error", Meaning::ignored},
    {'i', "include", Meaning::ignored},
    {'v', "verbose", Meaning::ignored},
    {'L', "location", Meaning::ignored},
    {'k', "insecure", Meaning::ignored},
    {'f', "fail", Meaning::ignored},
    {'N', "no-buffer", Meaning::ignored},
    {'#', "progress-bar", Meaning::ignored},
    {'\0', "compressed", Meaning::ignored},
    {'\0', "http1.1", Meaning::ignored},
    {'\0', "http2", Meaning::ignored},
    {'\0', "globoff", Meaning::ignored},
    {'\0', "path-as-is", Meaning::ignored},
    {'o', "output", Meaning::ignored_value},
    {'m', "max-time", Meaning::ignored_value},
    {'w', "write-out", Meaning::ignored_value},
    {'c', "cookie-jar", Meaning::ignored_value},
    {'\0', "connect-timeout", Meaning::ignored_value},
});

bool takes_value(Meaning meaning) {
    return meaning != Meaning::get && meaning != Meaning::head && meaning != Meaning::ignored;
}

std::string url_encoded(std::string_view text) {
    std::string out;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (std::isalnum(byte) != 0 || std::string_view("-._~").contains(character))
            out += character;
        else
            out += fmt::format("%{:02X}", byte);
    }
    return out;
}

class CurlParser {
public:
    Result<ImportedRequest> parse(const std::vector<std::string>& words) {
        if (words.empty() || (words[0] != "curl" && !words[0].ends_with("/curl")))
            return invalid("this is no command of curl: it begins with 'curl'");
        for (std::size_t at = 1; at < words.size(); ++at) {
            const std::string& word = words[at];
            Result<void> taken;
            if (word.starts_with("--"))
                taken = take_long(word.substr(2), words, at);
            else if (word.starts_with('-') && word.size() > 1)
                taken = take_letters(word.substr(1), words, at);
            else
                request_.url = word;
            if (!taken) return std::unexpected(taken.error());
        }
        return finish();
    }

private:
    Result<void> take_long(const std::string& text, const std::vector<std::string>& words,
                           std::size_t& at) {
        const auto equals = text.find('=');
        const std::string name = text.substr(0, equals);
        const auto option = std::ranges::find(kOptions, name, &Option::name);
        if (option == kOptions.end()) return unknown("--" + name);
        if (!takes_value(option->meaning)) return take(option->meaning, "");
        if (equals != std::string::npos) return take(option->meaning, text.substr(equals + 1));
        if (at + 1 == words.size()) return invalid(fmt::format("--{} has no value", name));
        return take(option->meaning, words[++at]);
    }

    // "-sSL", "-XPOST", "-X POST"
    Result<void> take_letters(std::string_view letters, const std::vector<std::string>& words,
                              std::size_t& at) {
        for (std::size_t index = 0; index < letters.size(); ++index) {
            const auto option = std::ranges::find(kOptions, letters[index], &Option::letter);
            if (option == kOptions.end() || letters[index] == '\0')
                return unknown(fmt::format("-{}", letters[index]));
            if (!takes_value(option->meaning)) {
                if (auto taken = take(option->meaning, ""); !taken) return taken;
                continue;
            }
            if (index + 1 < letters.size())
                return take(option->meaning, std::string(letters.substr(index + 1)));
            if (at + 1 == words.size())
                return invalid(fmt::format("-{} has no value", letters[index]));
            return take(option->meaning, words[++at]);
        }
        return {};
    }

    static std::unexpected<Error> unknown(const std::string& option) {
        return invalid(fmt::format("curl's {} is not understood: leave it out", option));
    }

    void add_data(const std::string& text) {
        if (has_data_ && !request_.body.empty()) request_.body += '&';
        request_.body += text;
        has_data_ = true;
    }

    Result<void> take(Meaning meaning, const std::string& value) {
        switch (meaning) {
            case Meaning::method:
                method_ = value;
                return {};
            case Meaning::header: {
                const auto colon = value.find(':');
                if (colon == std::string::npos || colon == 0)
                    return invalid(fmt::format("'{}' is no header", value));
                const auto begin =
                    std::min(value.find_first_not_of(" \t", colon + 1), value.size());
                request_.headers.emplace_back(value.substr(0, colon), value.substr(begin));
                return {};
            }
            case Meaning::data:
                has_data_ = has_data_ || value.starts_with('@');
                if (value.starts_with('@'))
                    request_.body_file = value.substr(1);
                else
                    add_data(value);
                return {};
            case Meaning::data_raw:
                add_data(value);
                return {};
            case Meaning::data_url: {
                const auto equals = value.find('=');
                const bool named = equals != std::string::npos;
                add_data(named ? value.substr(0, equals + 1) + url_encoded(value.substr(equals + 1))
                               : url_encoded(value));
                return {};
            }
            case Meaning::json:
                is_json_ = true;
                return take(Meaning::data, value);
            case Meaning::user: {
                const auto colon = value.find(':');
                request_.user = value.substr(0, colon);
                if (colon != std::string::npos) request_.password = value.substr(colon + 1);
                return {};
            }
            case Meaning::cookie:
                request_.headers.emplace_back("Cookie", value);
                return {};
            case Meaning::agent:
                request_.headers.emplace_back("User-Agent", value);
                return {};
            case Meaning::referer:
                request_.headers.emplace_back("Referer", value);
                return {};
            case Meaning::form:
            case Meaning::form_string:
                return take_part(value, meaning == Meaning::form);
            case Meaning::url:
                request_.url = value;
                return {};
            case Meaning::get:
                in_query_ = true;
                return {};
            case Meaning::head:
                method_ = "HEAD";
                return {};
            case Meaning::ignored:
            case Meaning::ignored_value:
                return {};
        }
        return {};
    }

    // "name=text", "name=@file;type=image/png"
    Result<void> take_part(const std::string& value, bool may_be_file) {
        const auto equals = value.find('=');
        if (equals == std::string::npos)
            return invalid(fmt::format("'{}' is no part of a form: name=value", value));
        ImportedPart part{value.substr(0, equals), value.substr(equals + 1), "", ""};
        if (may_be_file && part.value.starts_with('@')) {
            const auto semicolon = part.value.find(";type=");
            if (semicolon != std::string::npos) part.type = part.value.substr(semicolon + 6);
            part.file = part.value.substr(1, semicolon - (semicolon == std::string::npos ? 0 : 1));
            part.value.clear();
        }
        request_.parts.push_back(std::move(part));
        return {};
    }

    bool has_header(std::string_view name) const {
        return std::ranges::any_of(request_.headers, [&](const auto& header) {
            return std::ranges::equal(header.first, name, [](char left, char right) {
                return std::tolower(static_cast<unsigned char>(left)) ==
                       std::tolower(static_cast<unsigned char>(right));
            });
        });
    }

    Result<ImportedRequest> finish() {
        if (request_.url.empty()) return invalid("curl's command has no URL");
        if (!request_.url.contains("://")) request_.url.insert(0, "http://");
        if (in_query_ && has_data_) {
            request_.url += (request_.url.contains('?') ? "&" : "?") + request_.body;
            request_.body.clear();
            has_data_ = false;
        }
        if (auto url = http::parse_url(request_.url); !url) return std::unexpected(url.error());
        const bool sends = has_data_ || !request_.parts.empty();
        request_.method = method_.empty() ? (sends ? "POST" : "GET") : method_;
        if (has_data_ && !has_header("content-type"))
            request_.headers.emplace_back(
                "Content-Type",
                is_json_ ? "application/json" : "application/x-www-form-urlencoded");
        return std::move(request_);
    }

    ImportedRequest request_;
    std::string method_;
    bool has_data_ = false, is_json_ = false, in_query_ = false;
};

}  // namespace

Result<ImportedRequest> parse_curl(std::string_view command) {
    if (command.size() > (1 << 20)) return invalid("a command of more than 1 MiB");
    const auto words = ShellWords(command).split();
    if (!words) return std::unexpected(words.error());
    return CurlParser().parse(*words);
}

}  // namespace mettle::scenario
