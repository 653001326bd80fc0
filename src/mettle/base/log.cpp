#include "mettle/base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace mettle::log {

namespace {

constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %v";
Format chosen_format = Format::text;

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "mettle", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern(kPattern);
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *instance;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            out += '\\', out += character;
        } else if (static_cast<unsigned char>(character) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
        } else {
            out += character;
        }
    }
    return out;
}

void write(spdlog::level::level_enum level, std::string_view message) {
    if (!logger().should_log(level)) return;
    if (chosen_format == Format::text) {
        logger().log(level, "{}", message);
    } else {
        logger().log(level, R"("message":"{}")", escaped(message));
    }
}

}  // namespace

void set_up(Level level, Format format) {
    chosen_format = format;
    const spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                spdlog::level::warn, spdlog::level::err};
    logger().set_level(levels[static_cast<int>(level)]);
    if (format == Format::json)
        logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})");
}

bool write_to(const std::string& file) {
    try {
        const auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
        logger().sinks() = {sink};
    } catch (const spdlog::spdlog_ex&) {
        return false;
    }
    logger().set_pattern(kPattern);  // Sinks have patterns of their own.
    return true;
}

void debug(std::string_view message) {
    write(spdlog::level::debug, message);
}
void info(std::string_view message) {
    write(spdlog::level::info, message);
}
void warning(std::string_view message) {
    write(spdlog::level::warn, message);
}
void error(std::string_view message) {
    write(spdlog::level::err, message);
}

void access(std::string_view text, std::string_view json_fields) {
    logger().log(spdlog::level::info, "{}", chosen_format == Format::text ? text : json_fields);
}

Format format() {
    return chosen_format;
}

}  // namespace mettle::log
