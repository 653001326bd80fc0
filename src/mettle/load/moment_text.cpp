#include "mettle/load/moment_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace mettle::load {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Takes what it reads from the front of a text. Once something is wrong, all is.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    int digits(std::size_t count) {
        int number = 0;
        for (std::size_t index = 0; index < count; ++index) {
            const char digit = take();
            if (digit < '0' || digit > '9') ok_ = false;
            number = number * 10 + (digit - '0');
        }
        return ok_ ? number : 0;
    }
    void expect(std::string_view any_of) { ok_ &= any_of.find(take()) != std::string_view::npos; }
    bool take_if(std::string_view any_of) {
        if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }
    std::string_view take_text(std::size_t count) {
        const std::string_view taken = text_.substr(0, count);
        ok_ &= taken.size() == count;
        text_.remove_prefix(taken.size());
        return taken;
    }
    char take() {
        const std::string_view taken = take_text(1);
        return taken.empty() ? '\0' : taken.front();
    }
    // ".123" in nanoseconds; further digits are dropped.
    std::int64_t fraction_ns() {
        if (!take_if(".,")) return 0;
        std::int64_t ns = 0, unit = kSecond / 10;
        ok_ &= !text_.empty() && is_digit(text_.front());
        for (; !text_.empty() && is_digit(text_.front()); unit /= 10) ns += (take() - '0') * unit;
        return ns;
    }
    // "Z", "+01:00", "-0730" in seconds.
    std::int64_t zone_s() {
        if (text_.empty() || take_if("Zz")) return 0;
        const bool west = take_if("-");
        if (!west) expect("+");
        const int hours = digits(2);
        take_if(":");
        const int minutes = digits(2);
        ok_ &= hours < 24 && minutes < 60;
        return (west ? -1 : 1) * (hours * 60 + minutes) * 60;
    }
    bool ok() const { return ok_; }
    bool at_end() const { return text_.empty(); }

private:
    static bool is_digit(char character) { return character >= '0' && character <= '9'; }

    std::string_view text_;
    bool ok_ = true;
};

struct Civil {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

void read_time(Reader& reader, Civil& civil) {
    civil.hour = reader.digits(2);
    reader.expect(":");
    civil.minute = reader.digits(2);
    reader.expect(":");
    civil.second = reader.digits(2);
}

std::optional<std::int64_t> to_ns(const Civil& civil, std::int64_t zone_s,
                                  std::int64_t fraction_ns) {
    const std::chrono::year_month_day date{std::chrono::year(civil.year),
                                           std::chrono::month(static_cast<unsigned>(civil.month)),
                                           std::chrono::day(static_cast<unsigned>(civil.day))};
    // 60: a leap second.
    if (!date.ok() || civil.hour > 23 || civil.minute > 59 || civil.second > 60) return {};
    if (civil.year < 1970 || civil.year > 2200) return {};  // What 64 bits of ns hold.
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds =
        ((days * 24 + civil.hour) * 60 + civil.minute) * 60 + civil.second - zone_s;
    return seconds * kSecond + fraction_ns;
}

int month_of(std::string_view name) {
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::ranges::find(kMonths, name);
    return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
}

}  // namespace

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
    Reader reader(text);
    Civil civil;
    civil.year = reader.digits(4);
    reader.expect("-");
    civil.month = reader.digits(2);
    reader.expect("-");
    civil.day = reader.digits(2);
    reader.expect("Tt ");
    read_time(reader, civil);
    const std::int64_t fraction_ns = reader.fraction_ns();
    const std::int64_t zone_s = reader.zone_s();
    if (!reader.ok() || !reader.at_end()) return {};
    return to_ns(civil, zone_s, fraction_ns);
}

std::optional<std::int64_t> parse_log_time(std::string_view text) {
    Reader reader(text);
    Civil civil;
    civil.day = reader.digits(2);
    reader.expect("/");
    civil.month = month_of(reader.take_text(3));
    reader.expect("/");
    civil.year = reader.digits(4);
    reader.expect(":");
    read_time(reader, civil);
    const std::int64_t fraction_ns = reader.fraction_ns();
    if (!reader.at_end()) reader.expect(" ");
    const std::int64_t zone_s = reader.zone_s();
    if (!reader.ok() || !reader.at_end()) return {};
    return to_ns(civil, zone_s, fraction_ns);
}

}  // namespace mettle::load
