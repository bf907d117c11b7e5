using System.Globalization;
using System.Reflection;

namespace Crammed.Torch.Tests;

/// <summary>Public types and members in the notation of TorchSharp-0.107.0.txt.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
    };

    /// <summary>A type's heading, "## Name : Base".</summary>
    public static string Heading(Type type)
    {
        var plain = type.BaseType is null || type.BaseType == typeof(object) || type.BaseType == typeof(ValueType);
        return "## " + Name(type) + (plain ? "" : " : " + Name(type.BaseType!));
    }

    /// <summary>The members that a type declares and others see: public ones, and protected ones with that word before them.</summary>
    public static IEnumerable<string> Members(Type type)
    {
        foreach (var constructor in type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic && Seen(constructor)))
            if (!type.IsValueType)
                yield return Access(constructor) + "new" + Parameters(constructor.GetParameters());
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily))
            yield return (field.IsPublic ? "" : "protected ") + (field.IsStatic ? "static " : "") + $"{Name(field.FieldType)} {field.Name}";
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(Seen)))
            yield return Property(property);
        foreach (var method in type.GetMethods(Declared).Where(method => Seen(method) && !IsAccessor(method) && !IsOverride(method)))
            yield return Access(method) + Method(method);
    }

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(true).Where(Seen).ToArray();
        var indices = property.GetIndexParameters();
        return Access(accessors[0]) + (accessors[0].IsStatic ? "static " : "") + $"{Name(property.PropertyType)} {property.Name}" +
            (indices.Length == 0 ? "" : $"[{string.Join(", ", indices.Select(Parameter))}]") +
            $" {{{string.Concat(accessors.Select(accessor => accessor.ReturnType == typeof(void) ? " set;" : " get;"))} }}";
    }

    private static string Method(MethodInfo method)
    {
        var generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        return (method.IsStatic ? "static " : "") + $"{Name(method.ReturnType)} {method.Name}{generics}" +
            Parameters(method.GetParameters());
    }

    private static string Parameters(ParameterInfo[] parameters) => $"({string.Join(", ", parameters.Select(Parameter))})";

    private static string Parameter(ParameterInfo parameter)
    {
        var variable = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var value = parameter.HasDefaultValue ? " = " + Default(parameter) : "";
        return $"{variable}{Name(parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Default(ParameterInfo parameter) => parameter.RawDefaultValue switch
    {
        null => "null",
        bool value => value ? "true" : "false",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        var value => value.ToString()!,
    };

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        var name = type.Name.Split('`')[0];
        // A nested type's generic arguments include those of the type around it.
        var outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var own = type.GetGenericArguments()[outer..];
        return (type.DeclaringType is { } declaring ? Name(declaring) + "." : "") + name +
            (own.Length == 0 ? "" : $"<{string.Join(", ", own.Select(Name))}>");
    }

    private static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    // What overrides is listed with the type that it overrides.
    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition() != method;
}
