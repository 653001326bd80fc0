#include "mettle/payload/pattern_text.hpp"

#include <algorithm>
#include <bitset>
#include <optional>
#include <utility>
#include <vector>

namespace mettle::payload {

namespace {

constexpr int kDeepest = 50;
constexpr std::uint64_t kMoreThanLeast = 5;  // What `*` and `+` add at most.
constexpr std::uint64_t kMostRepeats = 100'000;

using Characters = std::bitset<128>;

Characters range(char first, char last) {
    Characters characters;
    for (int character = first; character <= last; ++character)
        characters.set(static_cast<std::size_t>(character));
    return characters;
}

Characters printable() {
    return range(' ', '~');
}

Characters word() {
    return range('a', 'z') | range('A', 'Z') | range('0', '9') | range('_', '_');
}

// Writes while it reads: a repeated part is read again for each repetition, so that each has
// choices of its own, and an alternative that is not taken is read into nothing.
class Writer {
public:
    Writer(std::string_view pattern, std::size_t most, Choices& choices,
           std::optional<std::uint64_t> stretch)
        : pattern_(pattern), most_(most), choices_(choices), stretch_(stretch) {}

    std::optional<std::string> write() {
        alternatives(0);
        if (failed_ || at_ < pattern_.size()) return {};
        return std::move(text_);
    }

private:
    bool done() const { return failed_ || at_ >= pattern_.size(); }
    char peek() const { return pattern_[at_]; }
    bool take(char wanted) {
        if (done() || peek() != wanted) return false;
        ++at_;
        return true;
    }
    void fail() { failed_ = true; }

    void put(std::string_view bytes) {
        if (skipping_) return;
        if (text_.size() + bytes.size() > most_) return fail();
        text_ += bytes;
    }

    // The ends of the alternatives from here on are where skipping finds them.
    void alternatives(int depth) {
        if (depth > kDeepest) return fail();
        const std::size_t begin = at_;
        std::size_t count = 1;
        ++skipping_;
        for (sequence(depth); take('|'); sequence(depth)) ++count;
        --skipping_;
        if (failed_ || skipping_) return;
        at_ = begin;
        const std::size_t chosen = choices_.below(count);
        for (std::size_t index = 0; index < count && !failed_; ++index) {
            if (index) take('|');
            skipping_ += index != chosen;
            sequence(depth);
            skipping_ -= index != chosen;
        }
    }

    void sequence(int depth) {
        while (!done() && peek() != '|' && peek() != ')') repeated(depth);
    }

    void repeated(int depth) {
        // A pattern of groups in groups is read twice a level; this bounds that.
        if (++steps_ > kMostRepeats) return fail();
        const std::size_t begin = at_;
        ++skipping_;
        atom(depth);
        --skipping_;
        if (failed_) return;
        const auto [least, most] = repetition();
        if (failed_ || skipping_) return;
        const std::size_t end = at_;
        const std::uint64_t times = choices_.between(least, most);
        for (std::uint64_t turn = 0; turn < times && !failed_; ++turn) {
            at_ = begin;
            atom(depth);
            if (++steps_ > kMostRepeats) return fail();
        }
        at_ = end;
    }

    std::pair<std::uint64_t, std::uint64_t> repetition() {
        std::pair<std::uint64_t, std::uint64_t> times{1, 1};
        if (take('*'))
            times = without_end(0);
        else if (take('+'))
            times = without_end(1);
        else if (take('?'))
            times = {0, 1};
        else if (!done() && peek() == '{')
            times = counted();
        else
            return times;
        take('?');  // Lazy or not, it matches the same texts.
        return times;
    }

    std::pair<std::uint64_t, std::uint64_t> counted() {
        take('{');
        const std::uint64_t least = number();
        std::pair<std::uint64_t, std::uint64_t> times{least, least};
        if (take(',')) {
            times = without_end(least);
            if (!done() && peek() != '}') times = with_end(least, number());
        }
        if (!take('}') || times.second < least) fail();
        return times;
    }

    std::pair<std::uint64_t, std::uint64_t> with_end(std::uint64_t least,
                                                     std::uint64_t most) const {
        if (!stretch_ || most < least) return {least, most};
        const std::uint64_t times = std::clamp(*stretch_, least, most);
        return {times, times};
    }

    std::pair<std::uint64_t, std::uint64_t> without_end(std::uint64_t least) const {
        if (stretch_) return {std::max(least, *stretch_), std::max(least, *stretch_)};
        return {least, least + kMoreThanLeast};
    }

    std::uint64_t number() {
        std::uint64_t value = 0;
        if (done() || peek() < '0' || peek() > '9') fail();
        for (; !done() && peek() >= '0' && peek() <= '9'; ++at_) {
            value = value * 10 + static_cast<std::uint64_t>(peek() - '0');
            if (value > kMostRepeats) fail();
        }
        return value;
    }

    void atom(int depth) {
        if (done()) return fail();
        const char first = pattern_[at_++];
        if (first == '^' || first == '$') return;
        if (first == '(') return group(depth);
        if (first == '[') return one_of(bracket());
        if (first == '.') return one_of(range('a', 'z') | range('0', '9'));
        if (first == '\\') return one_of(escape());
        if (std::string_view("*+?{").contains(first)) return fail();
        put(std::string_view(&first, 1));  // Bytes of UTF-8 one by one.
    }

    void group(int depth) {
        if (take('?')) {
            const bool named = take('P') || (!done() && peek() == '<');
            if (named) {
                take('<');
                // Not the lookbehinds, which begin like a name.
                if (done() || peek() == '=' || peek() == '!') return fail();
                while (!done() && peek() != '>') ++at_;
                if (!take('>')) return fail();
            } else if (!take(':')) {
                return fail();
            }
        }
        alternatives(depth + 1);
        if (!take(')')) fail();
    }

    void one_of(const Characters& characters) {
        if (characters.none()) return fail();
        if (skipping_) return;
        std::uint64_t left = choices_.below(characters.count());
        for (std::size_t character = 0; character < characters.size(); ++character) {
            if (!characters.test(character) || left--) continue;
            const char chosen = static_cast<char>(character);
            return put(std::string_view(&chosen, 1));
        }
    }

    Characters escape() {
        if (done()) return fail(), Characters();
        const char letter = pattern_[at_++];
        switch (letter) {
            case 'd':
                return range('0', '9');
            case 'D':
                return printable() & ~range('0', '9');
            case 'w':
                return word();
            case 'W':
                return printable() & ~word();
            case 's':
                return range(' ', ' ');
            case 'S':
                return range('!', '~');
            case 't':
                return range('\t', '\t');
            case 'n':
                return range('\n', '\n');
            case 'r':
                return range('\r', '\r');
            default:
                break;
        }
        const bool is_word = letter > 0 && word().test(static_cast<std::size_t>(letter));
        if (is_word || letter < 0) return fail(), Characters();
        return range(letter, letter);
    }

    Characters bracket() {
        const bool without = take('^');
        Characters all;
        bool first = true;
        while (!done() && (first || peek() != ']')) {
            first = false;
            all |= bracket_part();
        }
        if (!take(']')) fail();
        return without ? printable() & ~all : all;
    }

    Characters bracket_part() {
        const char begin = pattern_[at_++];
        // Letters beyond ASCII may stand there; others are chosen.
        if (begin < 0) return {};
        const Characters one = begin == '\\' ? escape() : range(begin, begin);
        const bool is_range = at_ + 1 < pattern_.size() && peek() == '-' &&
                              pattern_[at_ + 1] != ']' && one.count() == 1;
        if (failed_ || !is_range) return one;
        ++at_;
        const char end = pattern_[at_++];
        const Characters last = end == '\\' ? escape()
                                : end < 0   ? range('~', '~')
                                            : range(end, end);
        if (last.count() != 1) return fail(), Characters();
        Characters between;
        bool within = false;
        for (std::size_t character = 0; character < kCharacters; ++character) {
            within = within || one.test(character);
            if (within) between.set(character);
            if (last.test(character)) break;
        }
        if (!within) fail();
        return between;
    }

    static constexpr std::size_t kCharacters = 128;

    std::string_view pattern_;
    std::size_t most_;
    Choices& choices_;
    std::optional<std::uint64_t> stretch_;
    std::string text_;
    std::size_t at_ = 0;
    int skipping_ = 0;
    std::uint64_t steps_ = 0;
    bool failed_ = false;
};

}  // namespace

std::optional<std::string> text_for_pattern(std::string_view pattern, std::size_t most,
                                            Choices& choices,
                                            std::optional<std::uint64_t> stretch) {
    return Writer(pattern, most, choices, stretch).write();
}

std::optional<std::string> text_of_length(std::string_view pattern, std::size_t least,
                                          std::size_t most, Choices& choices) {
    constexpr int kAttempts = 20;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        auto text = text_for_pattern(pattern, most, choices);
        if (text && text->size() >= least) return text;
    }
    // The more repetitions, the longer: the fewest that are long enough.
    std::uint64_t few = 0, many = std::min<std::uint64_t>(least, kMostRepeats);
    while (few < many) {
        const std::uint64_t middle = few + (many - few) / 2;
        const auto text = text_for_pattern(pattern, most, choices, middle);
        if (text && text->size() < least)
            few = middle + 1;
        else
            many = middle;
    }
    auto text = text_for_pattern(pattern, most, choices, many);
    return text && text->size() >= least ? text : std::nullopt;
}

}  // namespace mettle::payload
