#include "mettle/base/similar.hpp"
#include "mettle/base/units.hpp"
#include "mettle/scenario/formula_functions.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace mettle::scenario {

namespace {

using Op = FormulaOp;
using Type = FormulaType;

constexpr std::size_t kLongest = 16 * 1024;
constexpr int kDeepest = 100;

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}
bool is_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           character == '_';
}
bool is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

struct Operator {
    std::string_view text;
    Op op;
};
// The longer ones first.
constexpr auto kComparisons = std::to_array<Operator>({{"==", Op::equal},
                                                       {"!=", Op::unequal},
                                                       {"<=", Op::at_most},
                                                       {">=", Op::at_least},
                                                       {"<", Op::less},
                                                       {">", Op::greater},
                                                       {"contains", Op::contains},
                                                       {"matches", Op::matches}});
constexpr auto kSums = std::to_array<Operator>({{"+", Op::add}, {"-", Op::subtract}});
constexpr auto kProducts =
    std::to_array<Operator>({{"*", Op::multiply}, {"/", Op::divide}, {"%", Op::modulo}});

struct Known {
    std::string_view name;
    Op op;
    Type type;
    std::uint32_t number;
};
constexpr auto kKnown = std::to_array<Known>(
    {{"status", Op::answer, Type::number, static_cast<std::uint32_t>(AnswerPart::status)},
     {"latency", Op::answer, Type::time, static_cast<std::uint32_t>(AnswerPart::latency)},
     {"body", Op::answer, Type::text, static_cast<std::uint32_t>(AnswerPart::body)},
     {"events", Op::answer, Type::number, static_cast<std::uint32_t>(AnswerPart::events)},
     {"user", Op::own, Type::number, static_cast<std::uint32_t>(UserPart::user)},
     {"iteration", Op::own, Type::number, static_cast<std::uint32_t>(UserPart::iteration)}});

// By recursive descent. Throws FormulaError, which does not leave this file.
class Parser {
public:
    Parser(std::string_view text, Symbols& symbols, const Environment& environment)
        : text_(text), symbols_(symbols), environment_(environment) {}

    Formula parse() {
        if (text_.size() > kLongest) wrong(0, "the expression is longer than 16 KiB");
        skip_blanks();
        if (at_ == text_.size()) wrong(0, "an expression is missing");
        parse_or();
        skip_blanks();
        if (at_ < text_.size()) wrong(at_, fmt::format("'{}' was not expected here", rest()));
        return Formula(std::move(nodes_), std::string(text_));
    }

private:
    [[noreturn]] static void wrong(std::size_t at, std::string message) {
        throw FormulaError{at, std::move(message)};
    }

    std::string rest() const {
        const std::string_view left = text_.substr(at_, 20);
        return std::string(left.substr(0, left.find_first_of("\r\n")));
    }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    // An operator or word, as a whole.
    bool take(std::string_view wanted) {
        skip_blanks();
        if (!text_.substr(at_).starts_with(wanted)) return false;
        const std::size_t end = at_ + wanted.size();
        if (is_letter(wanted.front()) && end < text_.size() &&
            (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '.'))
            return false;
        at_ = end;
        return true;
    }
    void expect(std::string_view wanted) {
        if (take(wanted)) return;
        wrong(at_, at_ == text_.size()
                       ? fmt::format("'{}' is missing at the end", wanted)
                       : fmt::format("'{}' is missing before '{}'", wanted, rest()));
    }

    std::uint32_t last() const { return static_cast<std::uint32_t>(nodes_.size() - 1); }
    Type type(std::uint32_t node) const { return nodes_[node].type; }
    FormulaNode& add(Op op, Type type) {
        FormulaNode& node = nodes_.emplace_back();
        node.op = op;
        node.type = type;
        return node;
    }
    void add_binary(Op op, Type type, std::uint32_t left) {
        const std::uint32_t right = last();
        FormulaNode& node = add(op, type);
        node.left = left;
        node.right = right;
    }
    void add_literal(const Value& value, Type type) { add(Op::literal, type).value.assign(value); }

    void parse_or() {
        const Depth depth(*this);
        parse_and();
        while (take("or") || take("||")) {
            const std::uint32_t left = last();
            parse_and();
            add_binary(Op::or_, Type::truth, left);
        }
    }

    void parse_and() {
        parse_not();
        while (take("and") || take("&&")) {
            const std::uint32_t left = last();
            parse_not();
            add_binary(Op::and_, Type::truth, left);
        }
    }

    void parse_not() {
        const Depth depth(*this);
        skip_blanks();
        const bool sign = peek() == '!' && !text_.substr(at_).starts_with("!=");
        if (sign) ++at_;
        if (!sign && !take("not")) {
            parse_comparison();
            return;
        }
        parse_not();
        const std::uint32_t operand = last();
        add(Op::not_, Type::truth).left = operand;
    }

    std::optional<Op> take_one(std::span<const Operator> operators) {
        for (const Operator& each : operators)
            if (take(each.text)) return each.op;
        return {};
    }

    void parse_comparison() {
        parse_sum();
        skip_blanks();
        const std::size_t begin = at_;
        const auto op = take_one(kComparisons);
        if (!op) {
            if (peek() == '=') wrong(at_, "'=' is no comparison: write ==");
            return;
        }
        const std::uint32_t left = last();
        skip_blanks();
        const std::size_t right_begin = at_;
        parse_sum();
        if (*op == Op::matches)
            add_pattern(left, right_begin);
        else
            add_comparison(*op, left, begin);
        skip_blanks();
        const std::size_t again = at_;
        if (take_one(kComparisons))
            wrong(again, "comparisons do not follow on each other: use and");
    }

    void add_comparison(Op op, std::uint32_t left, std::size_t at) {
        const Type a = type(left), b = type(last());
        const bool by_size = op != Op::equal && op != Op::unequal && op != Op::contains;
        if (by_size && (a == Type::truth || b == Type::truth))
            wrong(at, "true and false have no order: compare them with == or !=");
        if (op != Op::contains && a != Type::any && b != Type::any && a != b) {
            if (a == Type::time || b == Type::time)
                wrong(at, "a time is compared with a time: write a unit, as in 200ms");
            wrong(at, fmt::format("{} is compared with {}: both must be alike", name_of(a),
                                  name_of(b)));
        }
        add_binary(op, Type::truth, left);
    }

    void add_pattern(std::uint32_t left, std::size_t at) {
        const FormulaNode& right = nodes_.back();
        const bool is_text = right.op == Op::literal && right.type == Type::text;
        if (!is_text) wrong(at, "'matches' takes a pattern in quotes");
        const std::string pattern(right.value.value().text);
        FormulaNode& node = add(Op::matches, Type::truth);
        node.left = left;
        node.pattern = compile(pattern, at);
    }

    static std::shared_ptr<const re2::RE2> compile(const std::string& pattern, std::size_t at) {
        re2::RE2::Options options(re2::RE2::Quiet);
        options.set_max_mem(8 << 20);
        auto compiled = std::make_shared<const re2::RE2>(pattern, options);
        if (!compiled->ok()) wrong(at, fmt::format("no regular expression: {}", compiled->error()));
        return compiled;
    }

    void parse_sum() {
        parse_product();
        for (;;) {
            skip_blanks();
            const std::size_t at = at_;
            const auto op = take_one(kSums);
            if (!op) return;
            const std::uint32_t left = last();
            parse_product();
            add_binary(*op, sum_type(*op, type(left), type(last()), at), left);
        }
    }

    static Type sum_type(Op op, Type left, Type right, std::size_t at) {
        const bool texts = left == Type::text || right == Type::text;
        if (op == Op::add && texts) return Type::text;
        const bool wrong_kind = texts || left == Type::truth || right == Type::truth ||
                                (left != right && left != Type::any && right != Type::any);
        if (wrong_kind)
            wrong(at, fmt::format("{} and {} cannot be {}", name_of(left), name_of(right),
                                  op == Op::add ? "added" : "subtracted"));
        return left == Type::any ? right : left;
    }

    void parse_product() {
        parse_sign();
        for (;;) {
            skip_blanks();
            const std::size_t at = at_;
            const auto op = take_one(kProducts);
            if (!op) return;
            const std::uint32_t left = last();
            parse_sign();
            const Type a = type(left), b = type(last());
            const auto calculable = [](Type type) {
                return type == Type::any || type == Type::number || type == Type::time;
            };
            if (!calculable(a) || !calculable(b) ||
                (a == Type::time && b == Type::time && *op == Op::multiply))
                wrong(at,
                      fmt::format("{} and {} cannot be calculated with", name_of(a), name_of(b)));
            const bool time = (a == Type::time) != (b == Type::time);
            add_binary(*op, time ? Type::time : Type::number, left);
        }
    }

    void parse_sign() {
        const Depth depth(*this);
        skip_blanks();
        if (peek() != '-') {
            parse_value();
            return;
        }
        const std::size_t at = at_++;
        parse_sign();
        const std::uint32_t operand = last();
        const Type of = type(operand);
        if (of == Type::text || of == Type::truth)
            wrong(at, fmt::format("{} has no sign", name_of(of)));
        add(Op::negate, of).left = operand;
    }

    void parse_value() {
        skip_blanks();
        if (at_ == text_.size()) wrong(at_, "a value is missing at the end");
        const char first = peek();
        if (first == '(') {
            ++at_;
            parse_or();
            expect(")");
        } else if (first == '"' || first == '\'') {
            parse_quoted();
        } else if (is_digit(first) || first == '.') {
            parse_number();
        } else if (is_letter(first)) {
            parse_name();
        } else {
            wrong(at_, fmt::format("'{}' is no value", rest()));
        }
    }

    std::string read_quoted() {
        const std::size_t begin = at_;
        const char quote = text_[at_++];
        std::string value;
        while (at_ < text_.size() && text_[at_] != quote) {
            char character = text_[at_++];
            // A pattern's own escapes stay: only the quote, the escape itself and \n are ours.
            if (character == '\\' && at_ < text_.size()) {
                const char next = text_[at_];
                if (next == quote || next == '\\' || next == 'n') {
                    ++at_;
                    character = next == 'n' ? '\n' : next;
                }
            }
            value += character;
        }
        if (at_ == text_.size()) wrong(begin, "the text that begins here has no end");
        ++at_;
        return value;
    }
    void parse_quoted() {
        const std::string value = read_quoted();
        add_literal(Value::of(std::string_view(value)), Type::text);
    }

    void parse_number() {
        const std::size_t begin = at_;
        while (is_digit(peek()) || peek() == '.') ++at_;
        if ((peek() == 'e' || peek() == 'E') && at_ + 1 < text_.size() &&
            (is_digit(text_[at_ + 1]) || text_[at_ + 1] == '-' || text_[at_ + 1] == '+')) {
            at_ += 2;
            while (is_digit(peek())) ++at_;
        }
        const std::size_t digits_end = at_;
        while (is_letter(peek()) || is_digit(peek())) ++at_;
        const std::string_view written = text_.substr(begin, at_ - begin);
        if (at_ == digits_end) {
            const auto number = mettle::parse_number(written);
            if (!number) wrong(begin, fmt::format("'{}' is no number", written));
            add_literal(Value::of(*number), Type::number);
            return;
        }
        const auto time = parse_duration(written);
        if (!time)
            wrong(begin, fmt::format("'{}' is neither a number nor a time as 200ms", written));
        const double ms = std::chrono::duration<double, std::milli>(*time).count();
        add_literal(Value::of(ms), Type::time);
    }

    std::string_view read_name() {
        const std::size_t begin = at_;
        while (is_letter(peek()) || is_digit(peek()) ||
               (peek() == '.' && at_ + 1 < text_.size() && is_letter(text_[at_ + 1])))
            ++at_;
        return text_.substr(begin, at_ - begin);
    }

    void parse_name() {
        const std::size_t begin = at_;
        const std::string_view name = read_name();
        if (peek() == ':') {
            parse_prefixed(name, begin);
            return;
        }
        skip_blanks();
        if (peek() == '(') {
            parse_call(name, begin);
            return;
        }
        if (name == "true" || name == "false")
            return add_literal(Value::of(name == "true"), Type::truth);
        if (name == "null") return add_literal({}, Type::any);
        for (const Known& known : kKnown) {
            if (known.name != name) continue;
            add(known.op, known.type).number = known.number;
            return;
        }
        const auto dot = name.find('.');
        if (dot == std::string_view::npos) {
            add(Op::variable, Type::any).number = symbols_.variable(name, begin);
            return;
        }
        if (name.find('.', dot + 1) != std::string_view::npos)
            wrong(begin, fmt::format("'{}' has two points: a column of data is DATA.COLUMN", name));
        add(Op::column, Type::any).number =
            symbols_.column(name.substr(0, dot), name.substr(dot + 1), begin);
    }

    // json:/a/b, header:Name, cookie:name, env:NAME; each also with quotes.
    void parse_prefixed(std::string_view prefix, std::size_t begin) {
        ++at_;
        const bool quoted = peek() == '"' || peek() == '\'';
        const std::string name = quoted ? read_quoted() : read_bare(prefix);
        if (prefix == "json") {
            if (!name.empty() && !name.starts_with('/'))
                wrong(begin, fmt::format("'{}' is no JSON pointer: it begins with /, as json:/{}",
                                         name, name));
            check_pointer(name, begin);
            add(Op::json, Type::any).text = name;
        } else if (prefix == "header" || prefix == "cookie") {
            if (name.empty()) wrong(begin, fmt::format("{}: needs a name behind it", prefix));
            add(prefix == "header" ? Op::header : Op::cookie, Type::text).text = name;
        } else if (prefix == "env") {
            const char* value = environment_ ? environment_(name) : nullptr;
            if (!value) wrong(begin, fmt::format("the environment has no variable {}", name));
            add_literal(Value::of(std::string_view(value)), Type::text);
        } else {
            wrong(begin, fmt::format("there is no '{}:'; there are json:/pointer, header:Name, "
                                     "cookie:name, env:NAME",
                                     prefix));
        }
    }

    static void check_pointer(std::string_view pointer, std::size_t at) {
        for (std::size_t tilde = pointer.find('~'); tilde != std::string_view::npos;
             tilde = pointer.find('~', tilde + 1)) {
            const char next = tilde + 1 < pointer.size() ? pointer[tilde + 1] : '\0';
            if (next != '0' && next != '1')
                wrong(at, "in a JSON pointer ~ is written ~0 and / within a name ~1");
        }
    }

    std::string read_bare(std::string_view prefix) {
        const std::size_t begin = at_;
        const std::string_view more = prefix == "json" ? "/-~.@$" : "-";
        while (at_ < text_.size() &&
               (is_letter(peek()) || is_digit(peek()) || more.contains(peek()) ||
                static_cast<unsigned char>(peek()) >= 0x80))
            ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    void parse_call(std::string_view name, std::size_t begin) {
        const Depth depth(*this);
        const auto functions = formula_functions();
        const auto found = std::ranges::find(functions, name, &FormulaFunction::name);
        if (name != "capture" && found == functions.end()) {
            std::vector<std::string> names = {"capture"};
            for (const FormulaFunction& each : functions) names.emplace_back(each.name);
            const std::string similar = most_similar(name, names);
            wrong(begin,
                  fmt::format("there is no function '{}'; {}", name,
                              similar.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                              : fmt::format("did you mean '{}'?", similar)));
        }
        ++at_;  // (
        std::vector<std::uint32_t> arguments;
        std::size_t last_begin = at_;
        if (!take(")")) {
            do {
                if (arguments.size() == kMostArguments)
                    wrong(begin, fmt::format("{} takes at most {} values", name, kMostArguments));
                skip_blanks();
                last_begin = at_;
                parse_or();
                arguments.push_back(last());
            } while (take(","));
            expect(")");
        }
        if (name == "capture") return add_capture(arguments, begin, last_begin);
        if (arguments.size() < found->least || arguments.size() > found->most)
            wrong(begin, fmt::format("{} takes {} value{}, not {}", name, found->least,
                                     found->least == 1 ? "" : "s", arguments.size()));
        check_argument_types(*found, arguments, begin);
        FormulaNode& node = add(Op::call, found->type);
        node.number = static_cast<std::uint32_t>(found - functions.begin());
        node.arguments = std::move(arguments);
    }

    void check_argument_types(const FormulaFunction& function,
                              const std::vector<std::uint32_t>& arguments, std::size_t begin) {
        if (function.name != "random.int" && function.name != "random.uniform" &&
            function.name != "random.text")
            return;
        for (const std::uint32_t argument : arguments) {
            const Type given = type(argument);
            if (given == Type::text || given == Type::truth)
                wrong(begin,
                      fmt::format("{} takes numbers, not {}", function.name, name_of(given)));
        }
        if (arguments.size() == 2 && nodes_[arguments[0]].op == Op::literal &&
            nodes_[arguments[1]].op == Op::literal &&
            nodes_[arguments[0]].value.value().number > nodes_[arguments[1]].value.value().number)
            wrong(begin,
                  fmt::format("{}: the first value must not be above the second", function.name));
    }

    void add_capture(const std::vector<std::uint32_t>& arguments, std::size_t begin,
                     std::size_t pattern_begin) {
        if (arguments.size() != 2) wrong(begin, "write capture(TEXT, \"pattern\")");
        const FormulaNode& pattern = nodes_[arguments[1]];
        if (pattern.op != Op::literal || pattern.type != Type::text)
            wrong(pattern_begin, "capture takes a pattern in quotes");
        const std::string source(pattern.value.value().text);
        FormulaNode& node = add(Op::capture, Type::text);
        node.left = arguments[0];
        node.pattern = compile(source, pattern_begin);
    }

    // Recursion is bounded, whatever is nested.
    struct Depth {
        explicit Depth(Parser& its_parser) : parser(its_parser) {
            if (++parser.depth_ > kDeepest)
                wrong(parser.at_, "the expression is nested too deeply");
        }
        ~Depth() { --parser.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;
        Parser& parser;
    };

    std::string_view text_;
    Symbols& symbols_;
    const Environment& environment_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::vector<FormulaNode> nodes_;
};

}  // namespace

std::expected<Formula, FormulaError> parse_formula(std::string_view text, Symbols& symbols,
                                                   const Environment& environment) {
    try {
        return Parser(text, symbols, environment).parse();
    } catch (const FormulaError& error) {
        return std::unexpected(error);
    }
}

std::expected<Formula, FormulaError> parse_capture(std::string_view pattern) {
    std::string quoted = "capture(body, \"";
    for (const char character : pattern) {
        if (character == '"' || character == '\\') quoted += '\\';
        quoted += character;
    }
    Symbols none;
    auto formula = parse_formula(quoted + "\")", none, {});
    if (!formula) formula.error().at = 0;
    return formula;
}

}  // namespace mettle::scenario
