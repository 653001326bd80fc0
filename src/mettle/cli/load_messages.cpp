#include "mettle/cli/load_messages.hpp"

#include "mettle/base/exit_code.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace mettle::cli {

namespace {

log::Level least_level = log::Level::info;
bool into_file = false;

void put(log::Level level, std::string_view sentence) {
    if (level < least_level) return;
    if (!into_file)
        fmt::print(stderr, "{}\n", sentence);
    else if (level == log::Level::warning)
        log::warning(sentence);
    else
        log::info(sentence);
}

}  // namespace

void set_up_messages(log::Level least, const std::string& file) {
    least_level = least;
    into_file = !file.empty();
    if (!into_file) return;
    if (!log::write_to(file))
        throw StartupError(fmt::format("--logfile: {} cannot be written", file));
    log::set_up(least, log::Format::text);
}

std::string shown_body(std::string_view body, std::size_t most) {
    std::string text(body.substr(0, most));
    for (char& character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < ' ' || byte == 0x7f) character = ' ';
        if (byte >= 0x80) character = '?';
    }
    return body.size() > most ? text + "..." : text;
}

void say(std::string_view sentence) {
    put(log::Level::info, sentence);
}

void warn(std::string_view sentence) {
    put(log::Level::warning, sentence);
}

}  // namespace mettle::cli
